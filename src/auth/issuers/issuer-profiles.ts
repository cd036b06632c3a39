import type { IssuerProfileName, IssuerSettings } from '../../config/issuer-settings.js';
import { auth0 } from './auth0.js';
import { claimAt, membersOf, scopesIn } from './claim-readers.js';
import { cognito } from './cognito.js';
import { entraId } from './entra-id.js';
import { identityCenter } from './identity-center.js';
import type { IssuerProfile } from './issuer-profile.js';
import { keycloak } from './keycloak.js';
import { oidc } from './oidc.js';
import { okta } from './okta.js';

const PROFILES: Readonly<Record<IssuerProfileName, IssuerProfile>> = {
  'identity-center': identityCenter,
  cognito,
  'entra-id': entraId,
  okta,
  auth0,
  keycloak,
  oidc,
};

/** How tokens of a configured issuer are read: its profile, with what its settings say otherwise. */
export function profileOf(settings: Pick<IssuerSettings, 'profile' | 'algorithms' | 'claimNames'>): IssuerProfile {
  const profile = PROFILES[settings.profile];
  const { groups, scopes, name } = settings.claimNames;
  return {
    ...profile,
    algorithms: settings.algorithms ?? profile.algorithms,
    groups: groups === undefined ? profile.groups : membersOf(groups),
    scopes: scopes === undefined ? profile.scopes : scopesIn(scopes),
    names: name === undefined ? profile.names : (claims) => [claimAt(claims, name), ...profile.names(claims)],
  };
}
