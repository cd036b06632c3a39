import type { TokenKind } from '../../config/issuer-settings.js';
import { firstText, membersOf, scopesIn } from './claim-readers.js';
import type { IssuerProfile } from './issuer-profile.js';
import { oidc } from './oidc.js';

const KINDS: ReadonlyMap<unknown, TokenKind> = new Map([
  ['Bearer', 'access'],
  ['ID', 'id'],
]);

/**
 * Keycloak realms, `https://<host>/realms/<realm>` (Keycloak Server Administration Guide). Its tokens say what they are
 * in the payload, `typ` Bearer, ID, Refresh, Offline or Logout, all signed with the same key, so anything but the first
 * two is refused. `aud` is `account` until an audience mapper adds this server. Groups are realm roles and, with a
 * group membership mapper, `groups`.
 */
export const keycloak: IssuerProfile = {
  ...oidc,
  algorithms: ['RS256', 'ES256', 'PS256'],
  tokenKind: ({ claims }) => KINDS.get(claims.typ),
  clientId: firstText('azp', 'client_id'),
  scopes: scopesIn(['scope']),
  groups: membersOf(['groups'], ['realm_access', 'roles']),
};
