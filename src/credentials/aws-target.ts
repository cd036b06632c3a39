import { InvalidInput, ServiceError } from '../errors.js';

/** The arguments by which a tool call names where it goes; null counts as absent. */
export interface TargetInput {
  readonly region?: string | null;
  readonly profile_name?: string | null;
}

/** Where a call goes, after every check. */
export interface AwsTarget {
  readonly region: string;
  /** Local AWS profile; only ever set while authentication is off. */
  readonly profile?: string;
}

/** What the configuration says of targets. */
export interface TargetRules {
  readonly authEnabled: boolean;
  readonly region: string;
  readonly allowedRegions: readonly string[];
  readonly profile?: string;
}

const EXAMPLES = 3;
const PROFILE_NAME = /^[\w.@+=:/-]{1,128}$/;

/**
 * The target a call names, or the server's default.
 * SECURITY: a region becomes part of a host name, so only exact members of the allow-list pass.
 * @throws ServiceError `target_not_allowed` for a region outside the list, InvalidInput for a profile that may not be named
 */
export function awsTarget(input: TargetInput, rules: TargetRules): AwsTarget {
  return { region: checkedRegion(input.region ?? rules.region, rules), profile: checkedProfile(input, rules) };
}

function checkedRegion(region: string, rules: TargetRules): string {
  if (rules.allowedRegions.includes(region)) return region;
  const others = rules.allowedRegions.filter((allowed) => allowed !== rules.region);
  const examples = [rules.region, ...others].slice(0, EXAMPLES).join(', ');
  const more = rules.allowedRegions.length > EXAMPLES ? ' and others' : '';
  throw new ServiceError(
    'target_not_allowed',
    `region: this server does not offer that region. It offers ${examples}${more}; leave region out for ${rules.region}.`,
  );
}

function checkedProfile(input: TargetInput, rules: TargetRules): string | undefined {
  const named = input.profile_name ?? undefined;
  if (named === undefined) return rules.authEnabled ? undefined : rules.profile;
  if (rules.authEnabled) {
    throw new InvalidInput(
      'profile_name',
      'this server uses your own AWS role, not profiles of its machine; leave profile_name out',
    );
  }
  if (PROFILE_NAME.test(named)) return named;
  throw new InvalidInput('profile_name', 'must be the name of a profile in the local AWS configuration, e.g. dev');
}
