import type { DemoStack } from './demo-stack.js';
import type { Terminal } from './terminal.js';

const TOKEN_HOURS = 8;

/** Says how to reach the running demo: with a client that signs in by itself, with curl, with a token. */
export async function printConnectHelp(stack: DemoStack, terminal: Terminal): Promise<void> {
  const expiresInSeconds = TOKEN_HOURS * 3600;
  const alice = await stack.issuer.mintToken({ sub: 'alice' }, { expiresInSeconds });
  const bob = await stack.issuer.mintToken({ sub: 'bob' }, { expiresInSeconds });
  const heading = (text: string): void => terminal.line(`\n${terminal.style('bold', text)}`);

  heading('Connect');
  terminal.line(`  MCP endpoint       ${terminal.style('cyan', stack.endpoint)}`);
  terminal.line(`  identity provider  ${stack.issuer.issuer}  (sign in as alice, bob or carol, no password)`);

  heading('VS Code: .vscode/mcp.json (it opens the sign-in page by itself)');
  terminal.line(`  {"servers": {"cloudwatch": {"type": "http", "url": "${stack.endpoint}"}}}`);

  heading('Claude Code (likewise)');
  terminal.line(`  claude mcp add --transport http cloudwatch-demo ${stack.endpoint}`);

  heading(`Tokens for ${TOKEN_HOURS} hours`);
  terminal.line(`  ALICE=${alice}\n`);
  terminal.line(`  BOB=${bob}\n`);
  terminal.line(`  API_KEY=${stack.apiKey}`);

  heading('curl (paste a token above first)');
  terminal.line(`  curl -s ${stack.endpoint}/tools/call -H "Authorization: Bearer $ALICE" \\`);
  terminal.line(`    -H 'Content-Type: application/json' -d '{"name": "get_active_alarms", "arguments": {}}'`);
  terminal.line();
}
