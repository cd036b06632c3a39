import type { AppConfig } from '../config/app-config.js';
import { everyScope } from './scopes.js';

/** What a client needs to know before it asks for a token (RFC 9728 section 2). */
export interface ProtectedResourceMetadata {
  readonly resource: string;
  readonly resource_name: string;
  /** Absent when only API keys are accepted. */
  readonly authorization_servers?: readonly string[];
  /** Absent when none is asked for. A client without a challenge at hand asks for all of them. */
  readonly scopes_supported?: readonly string[];
  readonly bearer_methods_supported: readonly ['header'];
}

type Source = Pick<AppConfig, 'auth' | 'http' | 'scopes'>;

/** The metadata document. From the configuration only: a request's Host has no say in it. */
export function protectedResourceMetadata({ auth, http, scopes }: Source): ProtectedResourceMetadata {
  const scopesSupported = everyScope(scopes);
  const issuers = [...auth.issuers, ...(auth.introspection === undefined ? [] : [auth.introspection])];
  const servers = new Set(issuers.map(({ issuer }) => issuer));
  return {
    resource: http.resource,
    resource_name: 'CloudWatch MCP server',
    ...(servers.size > 0 && { authorization_servers: [...servers] }),
    ...(scopesSupported.length > 0 && { scopes_supported: scopesSupported }),
    bearer_methods_supported: ['header'],
  };
}

/** Where the document stands: the well-known path with the resource's own path behind it (RFC 9728 section 3.1). */
export function metadataUrl({ http }: Pick<AppConfig, 'http'>): string {
  return `${http.publicUrl}/.well-known/oauth-protected-resource/mcp`;
}
