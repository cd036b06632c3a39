import { firstText, scopesIn } from './claim-readers.js';
import type { IssuerProfile } from './issuer-profile.js';
import { oidc } from './oidc.js';

const client = firstText('cid');

/**
 * Okta custom authorization servers, `https://<domain>/oauth2/<id>` (Okta Developer, "OpenID Connect & OAuth 2.0 API",
 * Access token payload): the client is `cid`, `scp` a list, `aud` what the server is configured with. `groups` is there
 * only when a groups claim was added. Access tokens of the org authorization server are for Okta alone.
 */
export const okta: IssuerProfile = {
  ...oidc,
  algorithms: ['RS256'],
  // Every access token has a `cid`, no ID token does.
  tokenKind: (token) => (client(token.claims) === undefined ? 'id' : oidc.tokenKind(token)),
  clientId: client,
  scopes: scopesIn(['scp']),
};
