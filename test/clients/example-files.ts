import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readProjectFile } from '../contract/markdown.js';

/** Where the examples live, from the project's root. */
export const EXAMPLES = 'config/clients';

/** The endpoint that every example names. */
export const EXAMPLE_ENDPOINT = 'https://mcp.example.com/mcp';

/** The names of all examples; what is packed for a client stands in folders. */
export function exampleNames(): readonly string[] {
  const entries = readdirSync(fileURLToPath(new URL(`../../${EXAMPLES}`, import.meta.url)), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}

/** One example as its client reads it, with `endpoint` in place of the one it names. */
export function example(name: string, endpoint = EXAMPLE_ENDPOINT): unknown {
  return parseExample(name, readProjectFile(`${EXAMPLES}/${name}`).replaceAll(EXAMPLE_ENDPOINT, endpoint));
}

export function parseExample(name: string, text: string): unknown {
  return name.endsWith('.json') ? (JSON.parse(text) as unknown) : (parse(text) as unknown);
}

/** What a client with a file of `mcpServers` starts. */
export interface StdioServer {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The program that an example for a client without HTTP starts. */
export function stdioServer(name: string, endpoint?: string): StdioServer {
  const { mcpServers } = example(name, endpoint) as { mcpServers: { cloudwatch: StdioServer } };
  return mcpServers.cloudwatch;
}
