import { z } from 'zod';
import { CredentialsService } from '../credentials/credentials.service.js';
import { defineTool, ProvidesTool, READ_ONLY } from '../mcp/tool.js';

export const listAccounts = defineTool({
  name: 'list_accounts',
  title: 'List accounts',
  description:
    'Lists the AWS accounts you may use, with your role and the Regions in each. Its aliases are what the argument account of every other tool takes. Asks AWS nothing.',
  input: z.strictObject({}),
  output: z.object({
    accounts: z
      .array(
        z.object({
          alias: z.string().describe('For the argument account.'),
          default: z.boolean().describe('True for the one used when account is left out.'),
          account_id: z.string().nullable().describe('Null: only AWS knows.'),
          role_arn: z.string().nullable().describe('Your role there.'),
          default_region: z.string().describe('Used when region is left out.'),
          regions: z.array(z.string()).nullable().describe('Regions you may name. Null: every AWS Region.'),
          linked_account_ids: z.array(z.string()).describe('Linked accounts whose logs and metrics you may name.'),
          description: z.string().nullable().describe("The operator's words on it."),
        }),
      )
      .describe('The default first.'),
  }),
  toolset: 'accounts',
  iamActions: [],
  annotations: READ_ONLY,
  slow: false,
});

@ProvidesTool(listAccounts)
export class ListAccountsTool {
  constructor(private readonly credentials: CredentialsService) {}

  async execute(): Promise<z.input<typeof listAccounts.output>> {
    return {
      accounts: this.credentials.accounts().map((account) => ({
        alias: account.alias,
        default: account.default,
        account_id: account.id ?? null,
        role_arn: account.roleArn ?? null,
        default_region: account.defaultRegion,
        regions: account.everyRegion ? null : [...account.regions],
        linked_account_ids: [...account.linkedAccounts],
        description: account.description ?? null,
      })),
    };
  }
}
