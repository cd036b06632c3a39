import type { AppConfig } from '../config/app-config.js';
import type { ConfiguredRole } from '../credentials/configured-roles.js';
import type { Check } from './check.js';

/** What came of assuming the role; `refused` is AWS's access denied, `failed` anything else. `said` is for the operator. */
export type AssumeOutcome =
  { readonly kind: 'assumed' } | { readonly kind: 'refused' | 'failed'; readonly said: string };

/** A role after it was tried. */
export interface RoleProbe {
  readonly role: ConfiguredRole;
  readonly asConfigured: AssumeOutcome;
  /** Only for a role that could be assumed and has an external id. */
  readonly withoutExternalId?: AssumeOutcome;
}

/**
 * The findings on all roles that were tried. AWS does not say why it refuses a role; when it refuses every one of
 * several that share an external id, that id is the likely reason and is named instead of each role.
 */
export function roleChecks(probes: readonly RoleProbe[], serverArn: string): readonly Check[] {
  const suspects = suspectExternalIds(probes);
  const suspected = ({ role }: RoleProbe): boolean => role.externalId !== undefined && suspects.has(role.externalId);
  return [
    ...[...suspects.values()].map((roles) => externalIdCheck(roles)),
    ...probes.filter((probe) => !suspected(probe)).map((probe) => roleCheck(probe, serverArn)),
  ];
}

/** A role that only the token of a caller opens. */
export function uncheckedRole({ arn, setting }: ConfiguredRole): Check {
  return {
    area: 'role',
    status: 'skip',
    says: `The role ${arn} (${setting}) opens with a caller's own token only, so it was not tried.`,
  };
}

/** Identity pools, which give credentials for a caller's token only. */
export function uncheckedPools({ auth, aws }: Pick<AppConfig, 'auth' | 'aws'>): readonly Check[] {
  return auth.issuers.flatMap(({ exchange = aws.exchange, identityPoolId }): Check[] => {
    if (exchange !== 'cognito-identity' || identityPoolId === undefined) return [];
    const says = `The identity pool ${identityPoolId} opens with a caller's own token only, so it was not tried.`;
    return [{ area: 'role', status: 'skip', says }];
  });
}

function suspectExternalIds(probes: readonly RoleProbe[]): ReadonlyMap<string, readonly RoleProbe[]> {
  const byId = Map.groupBy(
    probes.filter(({ role }) => role.externalId !== undefined),
    ({ role }) => role.externalId ?? '',
  );
  const refused = [...byId].filter(
    ([, group]) => group.length > 1 && group.every(({ asConfigured }) => asConfigured.kind === 'refused'),
  );
  return new Map(refused);
}

function externalIdCheck(group: readonly RoleProbe[]): Check {
  const arns = group.map(({ role }) => role.arn).join(', ');
  return {
    area: 'external-id',
    status: 'fail',
    says: `AWS refuses every role that is assumed with this external id: ${arns}. Most likely their trust policies ask for another one.`,
    fix: 'Make AWS_ROLE_EXTERNAL_ID (or the external id in ACCESS_FILE) and the sts:ExternalId of the trust policies agree.',
  };
}

function roleCheck({ role, asConfigured, withoutExternalId }: RoleProbe, serverArn: string): Check {
  const named = `The role ${role.arn} (${role.setting})`;
  if (asConfigured.kind === 'failed') {
    return {
      area: 'role',
      status: 'fail',
      says: `${named} could not be tried: ${asConfigured.said}`,
      fix: 'Mend what AWS objects to; if AWS was only busy or slow, run this again in a minute.',
    };
  }
  if (asConfigured.kind === 'refused') {
    return {
      area: 'role',
      status: 'fail',
      says: `${named} cannot be assumed: ${asConfigured.said}`,
      fix: `Check that the role exists, that its trust policy names ${serverArn} with sts:AssumeRole, sts:SetSourceIdentity and sts:TagSession and asks for the configured external id, and that the server's own policy allows it (config/iam).`,
    };
  }
  if (role.externalId === undefined) {
    return {
      area: 'role',
      status: 'warn',
      says: `${named} is assumed without an external id.`,
      fix: 'Set AWS_ROLE_EXTERNAL_ID and ask for it in the trust policy (config/iam/user-role.trust.assume-role.json).',
    };
  }
  if (withoutExternalId?.kind === 'failed') {
    return {
      area: 'role',
      status: 'warn',
      says: `${named} can be assumed; whether without its external id too could not be tried: ${withoutExternalId.said}`,
    };
  }
  if (withoutExternalId?.kind === 'assumed') {
    return {
      area: 'role',
      status: 'fail',
      says: `The trust policy of ${role.arn} (${role.setting}) does not require the external id.`,
      fix: 'Add the condition on sts:ExternalId to it (config/iam/user-role.trust.assume-role.json).',
    };
  }
  return { area: 'role', status: 'ok', says: `${named} can be assumed, and only with its external id.` };
}
