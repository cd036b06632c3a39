import { membersOf, scopesIn } from './claim-readers.js';
import type { IssuerProfile } from './issuer-profile.js';
import { oidc } from './oidc.js';

/**
 * Amazon Cognito user pools (Developer Guide, "Understanding the access token" and "Understanding the identity token").
 * `token_use` tells the two kinds apart and is always there. An ID token has the app client in `aud`; an access token
 * has it in `client_id` and, unless resource binding is used, no `aud` at all. Neither has a `typ` in its header.
 */
export const cognito: IssuerProfile = {
  ...oidc,
  algorithms: ['RS256'],
  tokenKind: ({ claims: { token_use: use } }) => (use === 'access' || use === 'id' ? use : undefined),
  clientNamesAudience: true,
  clientId: ({ client_id, token_use, aud }) =>
    [client_id, token_use === 'id' ? aud : undefined].find((value) => typeof value === 'string'),
  scopes: scopesIn(['scope']),
  groups: membersOf(['cognito:groups']),
  names: (claims) => [claims.preferred_username, claims.name, claims['cognito:username'], claims.username],
};
