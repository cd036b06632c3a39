import { firstText, scopesIn } from './claim-readers.js';
import type { IssuerProfile } from './issuer-profile.js';
import { oidc } from './oidc.js';

const client = firstText('azp', 'client_id');

/**
 * Auth0 (Auth0 Docs, "Access Token Profiles"): the issuer ends with `/`; the client is `azp`, or `client_id` in the RFC
 * 9068 profile, and in no ID token; with role-based access control the rights of a user stand in `permissions`. Groups
 * exist only as a custom claim, whose name is usually an address (`https://corp.example/groups`): claims.groups says it.
 */
export const auth0: IssuerProfile = {
  ...oidc,
  algorithms: ['RS256'],
  tokenKind: (token) => (client(token.claims) === undefined ? 'id' : oidc.tokenKind(token)),
  clientId: client,
  scopes: scopesIn(['scope'], ['permissions']),
  names: ({ nickname, name }) => [nickname, name],
};
