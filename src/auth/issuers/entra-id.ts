import { firstText, membersOf, scopesIn } from './claim-readers.js';
import type { IssuerProfile } from './issuer-profile.js';
import { oidc } from './oidc.js';

const client = firstText('azp', 'appid');
const delegated = scopesIn(['scp']);
const granted = scopesIn(['roles']);
const members = membersOf(['groups'], ['roles']);
const rolesOnly = membersOf(['roles']);

/**
 * Microsoft Entra ID (Microsoft identity platform, "Access token claims reference"). Version 1 tokens come from
 * `https://sts.windows.net/<tenant>/` with the client in `appid` and an `aud` that is the App ID URI (`api://...`) or
 * the application's GUID; version 2 tokens from `https://login.microsoftonline.com/<tenant>/v2.0` with `azp` and the
 * GUID. Every access token names its client, no ID token does.
 */
export const entraId: IssuerProfile = {
  ...oidc,
  algorithms: ['RS256'],
  tokenKind: (token) => (client(token.claims) === undefined ? 'id' : oidc.tokenKind(token)),
  clientId: client,
  // An application without a user has no `scp`: what it was granted stands in `roles`. A user's roles are no scopes.
  scopes: (claims) => ('scp' in claims ? delegated(claims) : granted(claims)),
  // SECURITY: with more than 200 groups the token names an address to ask instead ("groups overage claim"). Nobody is
  // asked: the groups are unknown, and unknown is none.
  groups: (claims) => (hasGroupsOverage(claims) ? rolesOnly(claims) : members(claims)),
  names: ({ preferred_username, upn, unique_name, name }) => [preferred_username, upn, unique_name, name],
};

function hasGroupsOverage({ hasgroups, _claim_names: elsewhere }: Readonly<Record<string, unknown>>): boolean {
  return hasgroups === true || (typeof elsewhere === 'object' && elsewhere !== null && 'groups' in elsewhere);
}
