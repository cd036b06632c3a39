import { parseScopes } from '../scopes.js';
import type { IssuerProfile } from './issuer-profile.js';

/** Any OpenID provider that follows the specifications (OIDC Core, RFC 9068). */
export const oidc: IssuerProfile = {
  algorithms: ['RS256', 'ES256'],
  audiences: ({ aud }) => strings(typeof aud === 'string' ? [aud] : aud),
  clientId: ({ azp, client_id, cid }) => [azp, client_id, cid].find((value) => typeof value === 'string'),
  scopes: ({ scope, scp }) => [...new Set([...parseScopes(scope), ...parseScopes(scp)])],
  groups: ({ groups }) => strings(groups),
  email: ({ email, email_verified }) => (email_verified === true && typeof email === 'string' ? email : undefined),
  names: ({ preferred_username, name }) => [preferred_username, name],
  isIdToken: ({ header, claims }) =>
    header.typ !== 'at+jwt' &&
    (['nonce', 'at_hash', 'c_hash', 's_hash'].some((member) => member in claims) ||
      claims.token_use === 'id' ||
      claims.typ === 'ID'),
};

/** A list made of strings only; one odd member makes the whole list worthless. */
function strings(value: unknown): readonly string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string') ? value : [];
}
