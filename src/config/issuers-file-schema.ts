import { z } from 'zod';
import { type ClaimPath, ISSUER_EXCHANGES, ISSUER_PROFILES } from './issuer-settings.js';
import {
  flag,
  identityPoolId,
  region,
  secureAddress,
  secureUrl,
  standsForNothing,
  userPoolId,
} from './setting-types.js';
import { SIGNING_ALGORITHMS } from './signing-algorithms.js';

/** A value that is absent is missing; one that is there is described by `message`. */
function must(message: string): { error: (issue: { code?: string; input?: unknown }) => string | undefined } {
  return {
    error: ({ code, input }) =>
      code === 'unrecognized_keys' ? undefined : input === undefined ? 'is missing' : message,
  };
}

const text = z
  .string(must('must be text'))
  .trim()
  .min(1, 'is empty; give it a value or remove it')
  .refine((value) => !standsForNothing(value), 'stands for no value; give it one or remove it');
/** What is compared with a token to the letter. */
const identifier = text.refine((value) => !value.endsWith(','), 'ends in a comma; write a list as YAML does');
const yesOrNo = text.transform(flag);

function list<T extends z.ZodType>(member: T) {
  return z.array(member, must('must be a list')).min(1, 'is an empty list; name one or remove it');
}

function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, must(`must be one of ${values.join(', ')}`));
}

const claim = z.union(
  [text.transform((name): ClaimPath => [name]), list(text).transform((names) => names as unknown as ClaimPath)],
  must('must be the name of a claim, or the list of names that leads to it'),
);

const claims = z.strictObject(
  { groups: claim.optional(), scopes: claim.optional(), name: claim.optional(), role: claim.optional() },
  must('must be a map with groups, scopes, name or role'),
);

/** One entry. A member it does not know is a mistake: ignored in silence it would mean less security than is written. */
const entry = z.strictObject(
  {
    name: text.optional(),
    profile: oneOf(ISSUER_PROFILES),
    issuer: text.transform(secureUrl).optional(),
    userPoolId: text.transform(userPoolId).optional(),
    identityPoolId: text.transform(identityPoolId).optional(),
    clientId: identifier.optional(),
    audiences: list(identifier).optional(),
    allowedClients: list(identifier).optional(),
    algorithms: list(oneOf(SIGNING_ALGORITHMS)).optional(),
    jwksUrl: text.transform(secureAddress).optional(),
    requireAtJwt: yesOrNo.optional(),
    acceptIdTokens: yesOrNo.optional(),
    claims: claims.optional(),
    exchange: oneOf(ISSUER_EXCHANGES).optional(),
    stsRegion: text.transform(region).optional(),
  },
  must('must be a map of settings'),
);

/** One entry of the file as written. */
export type IssuerEntry = z.output<typeof entry>;

/** The whole file. */
export const issuersFileSchema = z
  .array(entry, must('must be a list: begin every issuer with "- "'))
  .min(1, 'holds no issuer');

/** Members of one entry that exclude or need each other: the field to mend, and how. */
export function contradictions(raw: unknown): readonly (readonly [field: string, message: string])[] {
  if (typeof raw !== 'object' || raw === null) return [];
  const given = raw as Readonly<Record<string, unknown>>;
  const has = (name: string): boolean => given[name] !== undefined;
  const isTrue = (name: string): boolean => String(given[name]).toLowerCase() === 'true';
  const cognito = given['profile'] === 'cognito';
  const found: [boolean, string, string][] = [
    [!has('issuer') && !has('userPoolId'), 'issuer', 'is missing'],
    [has('issuer') && has('userPoolId'), 'issuer', 'is made from userPoolId; remove one of the two'],
    [has('userPoolId') && !cognito, 'userPoolId', 'needs profile: cognito'],
    [has('identityPoolId') && !cognito, 'identityPoolId', 'needs profile: cognito'],
    [cognito && !has('clientId'), 'clientId', 'is missing; tokens of a user pool are known by their app client'],
    [cognito && isTrue('requireAtJwt'), 'requireAtJwt', 'tokens of a user pool have no typ; remove it'],
    [
      isTrue('requireAtJwt') && isTrue('acceptIdTokens'),
      'acceptIdTokens',
      'no ID token says typ: at+jwt; remove acceptIdTokens or requireAtJwt',
    ],
    [given['exchange'] === 'cognito-identity' && !has('identityPoolId'), 'exchange', 'needs identityPoolId'],
  ];
  return found.filter(([wrong]) => wrong).map(([, field, message]) => [field, message]);
}
