import { z } from 'zod';

/** The arguments by which a tool names its target; null or absent means the caller's default. */
export const accountInput = {
  region: z.string().nullish().describe('AWS Region.'),
  account: z.string().nullish().describe('Alias from list_accounts.'),
};

/** The same for the tools whose callers may still know `profile_name`. */
export const targetInput = {
  ...accountInput,
  profile_name: z.string().nullish().describe('Older name of account.'),
};

export interface TargetInput {
  readonly region?: string | null;
  readonly account?: string | null;
  readonly profile_name?: string | null;
}

/** The target a call names, without its other arguments. */
export function targetOf({ region, account, profile_name }: TargetInput): TargetInput {
  return { region, account, profile_name };
}
