import { describe, expect, it } from 'vitest';
import { settingsSchema } from '../../src/config/settings.js';
import { USAGE } from '../../src/stdio-bridge/usage.js';
import { brokenLinks, markdownFiles, projectFiles, readProjectFile } from './markdown.js';

const DOCUMENTS = markdownFiles();
const MANIFESTS = ['config', '.github']
  .flatMap((folder) => projectFiles(folder, /\.(ya?ml|json|env|sh)$|\.env\.example$/))
  .concat('Dockerfile');

const { scripts } = JSON.parse(readProjectFile('package.json')) as { scripts: Readonly<Record<string, string>> };
const SETTINGS = Object.keys(settingsSchema.shape);
const OF_THE_BRIDGE = [...USAGE.matchAll(/^ {2}([A-Z_]+) {2}/gm)].map(([, name = '']) => name).concat('NO_PROXY');

/** Names that begin as ours do and belong to others, or that somebody replaces. */
const OF_OTHERS = new Set([
  // The AWS SDK and Node.
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SHARED_CREDENTIALS_FILE',
  'NODE_OPTIONS',
  // A variable of the user's own, which clients fill in.
  'CLOUDWATCH_MCP_API_KEY',
  // Placeholders of the policies in config/iam and of the overlays.
  'LOG_GROUP_PREFIX',
  'OIDC_PROVIDER',
  'TOKEN_AUDIENCE',
  'ROLE_ARN',
  // Words of AWS in the descriptions of tools and targets.
  'AWS_ACCOUNT',
  'LOG_GROUP',
]);

/** Names that begin with the first word of one of ours, so that a misspelt one is found. */
const LIKE_OURS = new RegExp(
  `(?<![\\w{<$.-])(?:${[...new Set([...SETTINGS, ...OF_THE_BRIDGE].map((name) => name.split('_')[0]))].join('|')})(?:_[A-Z0-9]+)+(?![\\w*…])`,
  'g',
);

function unknownNames(text: string): string[] {
  const set = [...text.matchAll(/(?:^|[\s;(])(?:export )?([A-Z][A-Z0-9_]+)=["$]/gm)].map(([, name = '']) => name);
  const known = new Set([...SETTINGS, ...OF_THE_BRIDGE, ...OF_OTHERS, ...set]);
  return [...new Set([...text.matchAll(LIKE_OURS)].map(([name]) => name))].filter((name) => !known.has(name));
}

describe('the search', () => {
  it('finds a name there is none of, and a link that leads nowhere', () => {
    const planted = 'Set RATE_LIMIT_PER_USR and [see](security.md#no-such-heading) or [this](nowhere.md).';
    expect(unknownNames(planted)).toEqual(['RATE_LIMIT_PER_USR']);
    expect(brokenLinks('docs/planted.md', planted)).toEqual(['security.md#no-such-heading', 'nowhere.md']);
  });
});

describe('every document', () => {
  it('links to what is there, file and heading [E8]', () => {
    expect(DOCUMENTS.flatMap((path) => brokenLinks(path).map((target) => `${path}: ${target}`))).toEqual([]);
    expect(DOCUMENTS.length).toBeGreaterThan(18);
  });

  it('names variables that there are [E8]', () => {
    expect(DOCUMENTS.flatMap((path) => unknownNames(readProjectFile(path)).map((name) => `${path}: ${name}`))).toEqual(
      [],
    );
  });

  it('names scripts that package.json has', () => {
    const named = [...DOCUMENTS, ...MANIFESTS].flatMap((path) =>
      [...readProjectFile(path).matchAll(/\bnpm (?:run (?:--silent )?|(?=start\b|test\b))([a-z][\w:-]*)/g)].map(
        ([, name = '']) => [path, name] as const,
      ),
    );
    expect(named.filter(([, name]) => !(name in scripts))).toEqual([]);
    expect(named.length).toBeGreaterThan(15);
  });

  it('names commands that the server has', () => {
    const commands = [...readProjectFile('src/cli/cli.ts').matchAll(/COMMANDS[^{]*= \{([^}]+)\}/g)]
      .flatMap(([, list = '']) => list.split(','))
      .map((entry) => (entry.split(':')[0] ?? '').replaceAll("'", '').trim());
    const named = [...DOCUMENTS, ...MANIFESTS].flatMap((path) =>
      [...readProjectFile(path).matchAll(/dist\/cli\/cli\.js (?:")?([a-z][\w-]*)/g)].map(([, name = '']) => name),
    );
    expect(named.filter((name) => ![...commands, 'help'].includes(name))).toEqual([]);
    expect(commands).toContain('doctor');
    expect(named).toContain('doctor');
  });
});

describe('every manifest', () => {
  it('names variables that there are [E8]', () => {
    expect(MANIFESTS.flatMap((path) => unknownNames(readProjectFile(path)).map((name) => `${path}: ${name}`))).toEqual(
      [],
    );
    expect(MANIFESTS.length).toBeGreaterThan(20);
  });
});

describe('README.md', () => {
  const text = readProjectFile('README.md');

  it('is short [E8]', () => {
    expect(text.split('\n').length).toBeLessThanOrEqual(80);
  });

  it('leads to every document [E8]', () => {
    const documents = projectFiles('docs', /^docs\/[\w.-]+\.md$/);
    expect(documents.filter((path) => !text.includes(`](${path})`))).toEqual([]);
  });
});
