import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { clientGuides } from '../../src/welcome/client-guides.js';
import { EXAMPLE_ENDPOINT, example, exampleNames, EXAMPLES, parseExample } from '../clients/example-files.js';
import { readMarkdown, readProjectFile } from './markdown.js';

const DOCUMENT = 'docs/clients.md';

/** The file a block of the document is said to be, and the block. */
function shownFiles(): readonly (readonly [name: string, text: string])[] {
  const shown = readMarkdown(DOCUMENT).text.matchAll(
    /^\[([\w.-]+)\]\(\.\.\/config\/clients\/\1\)\n\n```\w+\n([^]*?)^```$/gm,
  );
  return [...shown].map(([, name = '', text = '']) => [name, text]);
}

describe('docs/clients.md', () => {
  it('shows every example, each as it stands in its file [E2][E8]', () => {
    const shown = shownFiles();
    expect(shown.map(([name]) => name).toSorted()).toEqual(exampleNames());
    for (const [name, text] of shown) expect(text, name).toBe(readProjectFile(`${EXAMPLES}/${name}`));
  });

  it('shows no other JSON, and no other YAML than the variables of LibreChat [E2]', () => {
    const files = new Set(shownFiles().map(([, text]) => text));
    const others = readMarkdown(DOCUMENT).fences.filter(
      ({ language, text }) => ['json', 'yaml'].includes(language) && !files.has(text),
    );
    expect(others.map(({ text }) => text.split('\n')[0])).toEqual(['# The container of LibreChat.']);
  });

  it('gives LibreChat the variables and the Secret that its example uses [E2]', () => {
    const { fences } = readMarkdown(DOCUMENT);
    const container = fences.find(({ text }) => text.startsWith('# The container of LibreChat.'))?.text ?? '';
    const { env } = parse(container) as {
      env: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[];
    };
    const used = [...readProjectFile(`${EXAMPLES}/librechat.oauth.yaml`).matchAll(/\$\{(\w+)\}/g)].map(
      ([, name]) => name,
    );
    expect(env.map(({ name }) => name)).toEqual(used);
    const command = fences.find(({ text }) => text.startsWith('kubectl create secret'))?.text ?? '';
    for (const { valueFrom } of env) {
      if (valueFrom === undefined) continue;
      expect(command).toContain(`generic ${valueFrom.secretKeyRef.name} `);
      expect(command).toContain(`--from-literal=${valueFrom.secretKeyRef.key}=`);
    }
    const redirect = env.find(({ name }) => name === 'OAUTH_REDIRECT_URI')?.value;
    expect(readMarkdown(DOCUMENT).text).toContain(`| \`${redirect}\``);
  });

  it('names the redirect addresses that its examples and commands listen on [E2]', () => {
    const { text } = readMarkdown(DOCUMENT);
    const { oauth } = (
      example('claude-code.client-id.json') as { mcpServers: { cloudwatch: { oauth: { callbackPort: number } } } }
    ).mcpServers.cloudwatch;
    expect(text).toContain(`| \`http://localhost:${oauth.callbackPort}/callback\``);
    expect(text).toContain(`--callback-port ${oauth.callbackPort} cloudwatch`);
    const port = /"(\d+)",\s+"--static-oauth-client-info"/.exec(text)?.[1];
    expect(text).toContain(`| \`http://localhost:${port}/oauth/callback\``);
  });
});

const SAME: Readonly<Record<string, string>> = {
  'Claude Desktop': 'claude-desktop',
  'VS Code': 'vscode',
  Cursor: 'cursor',
};

describe('the welcome page', () => {
  const guides = clientGuides(EXAMPLE_ENDPOINT, { signIn: true, apiKeys: true });

  it.each(Object.entries(SAME))('says to %s what its examples say', (name, client) => {
    const snippets = guides.find((guide) => guide.name === name)?.snippets ?? [];
    expect(snippets.map(({ text }) => JSON.parse(text) as unknown)).toEqual([
      example(`${client}.oauth.json`),
      example(`${client}.api-key.json`),
    ]);
  });

  it('says to LibreChat nothing its examples do not say', () => {
    const [plain, withKey] = guides.find(({ name }) => name === 'LibreChat')?.snippets ?? [];
    for (const [snippet, file] of [
      [plain, 'librechat.oauth.yaml'],
      [withKey, 'librechat.api-key.yaml'],
    ] as const)
      expect(example(file)).toMatchObject(parseExample(file, snippet?.text ?? '') as object);
  });

  it('gives Claude Code the commands of the document', () => {
    const { text } = readMarkdown(DOCUMENT);
    const oneLine = (command: string): string => command.replaceAll(/ \\\n\s*/g, ' ');
    for (const snippet of guides.find(({ name }) => name === 'Claude Code')?.snippets ?? [])
      expect(oneLine(text)).toContain(oneLine(snippet.text));
  });
});
