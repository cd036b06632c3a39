import { CredentialsService } from '../../credentials/credentials.service.js';
import { type CompletionRequest, type Completions, completionsOf, ProvidesCompletion } from '../../mcp/completion.js';

/** Aliases of the caller's accounts; asks AWS nothing. */
@ProvidesCompletion({ kind: 'account', toolset: 'accounts' })
export class AccountCompletion {
  constructor(private readonly credentials: CredentialsService) {}

  async complete({ value }: CompletionRequest): Promise<Completions> {
    return completionsOf(
      this.credentials.accounts().map(({ alias }) => alias),
      value,
    );
  }
}
