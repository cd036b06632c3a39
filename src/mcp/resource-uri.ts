import type { ResourceDefinition, ResourcePlace } from './resource.js';

const SCHEME = 'cloudwatch://';
/** Three times what the longest name and a few more take, percent-encoded. */
const MAX_LENGTH = 4_096;

/** A resource by its address. */
export interface ResourceAddress extends ResourcePlace {
  readonly kind: string;
  readonly values: readonly string[];
}

/** The address of a resource; every part percent-encoded, so that a name may hold anything. */
export function resourceUri({ account, region, kind, values }: ResourceAddress): string {
  return SCHEME + [account, region, kind, ...values].map(encodePart).join('/');
}

/** The address as a template (RFC 6570 level 1), for clients that fill it in. */
export function resourceTemplate({ kind, variables }: ResourceDefinition): string {
  return `${SCHEME}{account}/{region}/${kind}/${variables.map(({ name }) => `{${name}}`).join('/')}`;
}

/**
 * Reads an address; undefined when it is none.
 * SECURITY: split and decoded here in linear time, since matching templates by regular expressions is where libraries
 * were attacked (CVE-2026-0621). Account and region are names to look up, never parts of a host name.
 */
export function parseResourceUri(uri: string): ResourceAddress | undefined {
  if (uri.length > MAX_LENGTH || !uri.startsWith(SCHEME)) return undefined;
  const parts = uri.slice(SCHEME.length).split('/').map(decodePart);
  const [account, region, kind, ...values] = parts;
  if (!account || !region || !kind || values.length === 0 || values.some((value) => !value)) return undefined;
  return { account, region, kind, values: values as string[] };
}

function encodePart(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function decodePart(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
