import { z } from 'zod';
import { externalId, roleArn } from './setting-types.js';

const text = z.string('must be text').min(1, 'is empty; give it a value or remove it');
const accountId = text.regex(/^\d{12}$/, 'must be the twelve digits of an AWS account');
const role = text.transform(roleArn);

/** The file: `accounts` by alias and the list of `grants`; what they hold is read entry by entry. */
export const fileShape = z.strictObject(
  {
    accounts: z.record(z.string(), z.unknown(), 'must be a map of aliases, each with its account'),
    grants: z.array(z.unknown(), 'must be a list: begin every grant with "- "').min(1, 'holds no grant'),
  },
  'must hold accounts and grants',
);

/** One account. A member it does not know is a mistake, since it would be ignored in silence. */
export const accountShape = z.strictObject(
  {
    id: accountId.optional(),
    role: role.optional(),
    roles: z.record(z.string(), role, 'must be a map of names, each with the ARN of a role').optional(),
    externalId: text.transform(externalId).optional(),
    regions: z.array(text, 'must be a list of regions').min(1, 'is an empty list; remove it or name one').optional(),
    description: text.max(200, 'must not be longer than 200 characters').optional(),
    linkedAccounts: z.array(accountId, 'must be a list of account ids').optional(),
  },
  'must be a map of settings',
);

/** One grant. */
export const grantShape = z.strictObject(
  {
    apiKey: text.optional(),
    issuer: text.optional(),
    subject: text.optional(),
    group: text.optional(),
    claims: z.record(z.string(), text, 'must be a map of claim names, each with a value').optional(),
    account: text,
    role: text.optional(),
  },
  'must be a map of settings',
);

export type AccountEntry = z.output<typeof accountShape>;
export type GrantEntry = z.output<typeof grantShape>;
