import { Injectable } from '@nestjs/common';
import type { KeysReport } from '../auth/issuers/issuer-keys.client.js';
import { IssuerRegistryService } from '../auth/issuers/issuer-registry.service.js';
import type { AppConfig } from '../config/app-config.js';
import type { Check } from './check.js';
import type { ClockReading } from './clock-check.js';
import { probe, type ProbeAnswer } from './http-probe.client.js';

type Issuer = AppConfig['auth']['issuers'][number];
type Introspection = NonNullable<AppConfig['auth']['introspection']>;

const METADATA_PATH = '/.well-known/openid-configuration';
const UNREACHABLE_FIX = 'Check the address, and that this machine can reach it (name service, proxy, firewall).';

/** What was found out about an issuer. */
export interface IssuerFindings {
  readonly check: Check;
  readonly clock?: ClockReading;
}

/** Whether the tokens of an issuer can be verified: it answers, says it is itself, and its keys load. */
@Injectable()
export class IssuerCheckService {
  constructor(private readonly registry: IssuerRegistryService) {}

  /** Every issuer of signed tokens, and the one that is asked about opaque ones. */
  async examineAll({ issuers, introspection }: AppConfig['auth']): Promise<readonly IssuerFindings[]> {
    return Promise.all([
      ...issuers.map((issuer) => this.examine(issuer)),
      ...(introspection === undefined ? [] : [introspectionFindings(introspection)]),
    ]);
  }

  private async examine(issuer: Issuer): Promise<IssuerFindings> {
    const [discovery, keys] = await Promise.all([
      probe(`${issuer.issuer.replace(/\/$/, '')}${METADATA_PATH}`),
      this.registry.loadKeys(issuer.issuer),
    ]);
    const offsetMs = discovery.reached ? discovery.offsetMs : undefined;
    return {
      check: { area: 'issuer', ...judge(issuer.issuer, discovery, keys) },
      ...(offsetMs !== undefined && { clock: { of: issuer.issuer, offsetMs } }),
    };
  }
}

/** Nobody can be asked about a token that is not there; that somebody answers is what can be said. */
async function introspectionFindings({ issuer, endpoint }: Introspection): Promise<IssuerFindings> {
  const address = endpoint ?? `${issuer.replace(/\/$/, '')}${METADATA_PATH}`;
  const answer = await probe(address);
  if (answer.reached) {
    return { check: { area: 'issuer', status: 'ok', says: `Opaque tokens can be asked after: ${address} answers.` } };
  }
  return {
    check: {
      area: 'issuer',
      status: 'fail',
      says: `Opaque tokens cannot be asked after: ${address} does not answer: ${answer.problem}.`,
      fix: UNREACHABLE_FIX,
    },
  };
}

function judge(issuer: string, discovery: ProbeAnswer, keys: KeysReport): Omit<Check, 'area'> {
  const named = discovery.reached ? issuerNamedBy(discovery.json) : undefined;
  if (keys.problem !== undefined && named !== undefined && named !== issuer) {
    return {
      status: 'fail',
      says: `What answers at ${issuer} calls itself ${named}: tokens and keys would belong to another issuer.`,
      fix: `Write the issuer exactly so, if that is the provider you mean: ${named}`,
    };
  }
  if (keys.problem !== undefined) {
    return {
      status: 'fail',
      says: `The keys of the issuer ${issuer} could not be loaded: ${discovery.reached ? keys.problem : discovery.problem}.`,
      fix: discovery.reached
        ? `Check the issuer: ${issuer}${METADATA_PATH} must exist and name it, with a jwks_uri.`
        : UNREACHABLE_FIX,
    };
  }
  if (keys.count === 0) {
    return {
      status: 'fail',
      says: `The issuer ${issuer} publishes no key that can verify a token.`,
      fix: 'It must publish RSA keys of 2048 bits or more, or EC keys, with a kid and for use sig.',
    };
  }
  return { status: 'ok', says: `The issuer ${issuer} answers; ${keys.count} of its keys can verify tokens.` };
}

function issuerNamedBy(document: unknown): string | undefined {
  if (typeof document !== 'object' || document === null || !('issuer' in document)) return undefined;
  return typeof document.issuer === 'string' ? document.issuer.slice(0, 300) : undefined;
}
