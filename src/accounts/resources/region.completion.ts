import { CredentialsService } from '../../credentials/credentials.service.js';
import { type CompletionRequest, type Completions, completionsOf, ProvidesCompletion } from '../../mcp/completion.js';

/** Regions the caller may name, in the account given before or else in all of theirs; asks AWS nothing. */
@ProvidesCompletion({ kind: 'region', toolset: 'accounts' })
export class RegionCompletion {
  constructor(private readonly credentials: CredentialsService) {}

  async complete({ value, account }: CompletionRequest): Promise<Completions> {
    const accounts = this.credentials.accounts().filter(({ alias }) => account === undefined || alias === account);
    return completionsOf(
      accounts.flatMap(({ regions }) => regions),
      value,
    );
  }
}
