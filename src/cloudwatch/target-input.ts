import { z } from 'zod';

/** The arguments by which every tool names its target; null or absent means the caller's default. */
export const targetInput = {
  region: z.string().nullish().describe("AWS Region, e.g. eu-west-1. Default: the account's."),
  account: z.string().nullish().describe('Account by its alias in list_accounts. Default: your first.'),
  profile_name: z.string().nullish().describe('Older name of account; without authentication an AWS profile.'),
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
