import { AwsFault } from './operation.js';

/** What both ways to a role session have in common. */
export interface SessionInput {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly DurationSeconds: number;
  /** A session policy, as JSON. */
  readonly Policy?: string;
  /** Percent of what AWS allows for session policy and tags together; absent without either. */
  readonly packedPolicySize?: number;
}

export interface AssumeRoleInput extends SessionInput {
  readonly ExternalId?: string;
  readonly SourceIdentity?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

export interface WebIdentityInput extends SessionInput {
  readonly WebIdentityToken: string;
}

/**
 * Holds an AssumeRole request to the limits of the service model.
 * @throws AwsFault ValidationError naming the parameter, PackedPolicyTooLarge
 */
export function checkAssumeRole(raw: object): AssumeRoleInput {
  const input = raw as Partial<AssumeRoleInput>;
  refuseUnsupported(raw);
  optionalText(input.ExternalId, 'externalId', /^[\w+=,.@:/-]{2,1224}$/);
  optionalText(input.SourceIdentity, 'sourceIdentity', SESSION_NAME);
  checkTags(input.Tags);
  return { ...input, ...checkSession(input, input.Tags) };
}

/**
 * Holds an AssumeRoleWithWebIdentity request to the limits of the service model.
 * @throws AwsFault ValidationError naming the parameter, PackedPolicyTooLarge
 */
export function checkWebIdentity(raw: object): WebIdentityInput {
  const input = raw as Partial<WebIdentityInput>;
  refuseUnsupported(raw);
  const token = requiredText(input.WebIdentityToken, 'webIdentityToken', /^[^]{4,20000}$/);
  return { ...checkSession(input), WebIdentityToken: token };
}

const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const MOST_TAGS = 50;
const LONGEST_POLICY = 2_048;

function checkSession(input: Partial<SessionInput>, tags: AssumeRoleInput['Tags'] = []): SessionInput {
  const RoleArn = requiredText(input.RoleArn, 'roleArn', /^[^]{20,2048}$/);
  const RoleSessionName = requiredText(input.RoleSessionName, 'roleSessionName', SESSION_NAME);
  optionalText(input.Policy, 'policy', new RegExp(`^[^]{1,${LONGEST_POLICY}}$`));
  const DurationSeconds = input.DurationSeconds ?? 3_600;
  if (DurationSeconds < 900 || DurationSeconds > 43_200) {
    throw invalid(DurationSeconds, 'durationSeconds', 'Member must have a value from 900 to 43200');
  }
  return { RoleArn, RoleSessionName, DurationSeconds, Policy: input.Policy, packedPolicySize: packed(input, tags) };
}

function checkTags(tags: AssumeRoleInput['Tags']): void {
  if (tags === undefined) return;
  if (tags.length > MOST_TAGS) throw invalid(tags.length, 'tags', `Member must have at most ${MOST_TAGS} entries`);
  const keys = new Set<string>();
  for (const { Key, Value } of tags) {
    if (!fits(Key, 1, 128)) throw invalid(Key, 'tags.member.key', 'Member must satisfy regular expression pattern');
    if (!fits(Value, 0, 256)) {
      throw invalid(Value, 'tags.member.value', 'Member must satisfy regular expression pattern');
    }
    if (keys.has(Key.toLowerCase())) throw new AwsFault('InvalidParameterValue', 'Duplicate tag keys found');
    keys.add(Key.toLowerCase());
  }
}

function fits(text: string | undefined, shortest: number, longest: number): boolean {
  return text !== undefined && text.length >= shortest && text.length <= longest && TAG_TEXT.test(text);
}

/** An estimate: AWS packs policy and tags into a binary form of undisclosed size. */
function packed(input: Partial<SessionInput>, tags: NonNullable<AssumeRoleInput['Tags']>): number | undefined {
  const length = tags.reduce((sum, tag) => sum + tag.Key.length + tag.Value.length, input.Policy?.length ?? 0);
  if (length === 0) return undefined;
  const percent = Math.ceil((length / LONGEST_POLICY) * 100);
  if (percent <= 100) return percent;
  throw new AwsFault('PackedPolicyTooLarge', `Packed size of session tags and policy is ${percent}% of the limit`);
}

/** Ignoring a parameter that narrows a session would hand out more than was asked for. */
function refuseUnsupported(input: object): void {
  const unsupported = ['PolicyArns', 'ProvidedContexts', 'SerialNumber', 'TokenCode', 'ProviderId'];
  const name = unsupported.find((candidate) => candidate in input);
  if (name !== undefined)
    throw new AwsFault('UnknownOperationException', `The AWS emulator does not have ${name}`, 501);
}

function requiredText(value: unknown, member: string, pattern: RegExp): string {
  if (typeof value !== 'string') throw invalid('null', member, 'Member must not be null');
  optionalText(value, member, pattern);
  return value;
}

function optionalText(value: string | undefined, member: string, pattern: RegExp): void {
  if (value === undefined || pattern.test(value)) return;
  throw invalid('<value>', member, `Member must satisfy regular expression pattern: ${pattern.source}`);
}

function invalid(value: string | number, member: string, constraint: string): AwsFault {
  return new AwsFault(
    'ValidationError',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}
