import { firstText, membersOf, scopesIn, texts } from './claim-readers.js';
import type { IssuerProfile } from './issuer-profile.js';

/** Any OpenID provider that follows the specifications (OIDC Core, RFC 9068), and what the others differ from. */
export const oidc: IssuerProfile = {
  algorithms: ['RS256', 'ES256'],
  tokenKind: ({ header, claims }) => (header.typ !== 'at+jwt' && looksLikeIdToken(claims) ? 'id' : 'access'),
  audiences: ({ aud }) => texts(typeof aud === 'string' ? [aud] : aud),
  // `azp` is OIDC Core section 2, `client_id` RFC 9068 section 2.2, `cid` what Okta writes.
  clientId: firstText('azp', 'client_id', 'cid'),
  scopes: scopesIn(['scope'], ['scp']),
  groups: membersOf(['groups']),
  email: ({ email, email_verified }) => (email_verified === true && typeof email === 'string' ? email : undefined),
  names: ({ preferred_username, name }) => [preferred_username, name],
};

/** Claims that OIDC Core section 2 and 3.3.2.11 give to ID tokens only, and the marks of providers that set one. */
function looksLikeIdToken(claims: Readonly<Record<string, unknown>>): boolean {
  return (
    ['nonce', 'at_hash', 'c_hash', 's_hash'].some((member) => member in claims) ||
    claims.token_use === 'id' ||
    claims.typ === 'ID'
  );
}
