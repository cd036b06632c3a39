import { z } from 'zod';

/** The arguments by which every tool names its target; null or absent means the server's default. */
export const targetInput = {
  region: z.string().nullish().describe("AWS Region, e.g. eu-west-1. Default: the server's."),
  profile_name: z.string().nullish().describe('AWS profile, only on a server without authentication.'),
};

export interface TargetInput {
  readonly region?: string | null;
  readonly profile_name?: string | null;
}
