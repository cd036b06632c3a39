import { describe, expect, it } from 'vitest';
import { loadAppConfig } from '../../src/config/app-config.js';
import { type SettingName, settingNotes, settingsSchema } from '../../src/config/settings.js';
import { ConfigurationInvalid } from '../../src/errors.js';
import { AUTH_FAILURE_REASONS } from '../../src/security-monitoring/security-event.js';
import { brokenLinks, readMarkdown } from './markdown.js';
import { allTexts, membersOf, OTHER_TEXTS, shownTexts } from './shown-texts.js';

const SETTINGS = Object.keys(settingsSchema.shape) as SettingName[];

/** Values that some variable or other does not take. */
const WRONG = [
  '',
  'undefined',
  ',',
  'a,,b',
  'none,x',
  'green',
  '-1',
  '9999999999',
  '1.5.0',
  'http://idp.example.com',
  'https://user:secret@idp.example.com',
  'https://idp.example.com/path?query',
  'https://*.example.com',
  '0.0.0.0/0',
  '10.0.0.0/99',
  '{"Version":"2012-10-17"}',
  '["a"]',
  'red=\u0007',
  'logs=,metrics=a b',
  'logs=a,logs=b',
  'rediss://user@redis.example.com',
  'rediss://redis.example.com/x',
  '/no/such/file',
  '/',
];

/** A way in and a role, so that what is said is about the one variable. */
const AROUND = {
  OIDC_ISSUER: 'https://idp.example.com',
  AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/CloudWatchReader',
  STATE_SECRET: 's'.repeat(32),
};

function problemsOf(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    loadAppConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationInvalid) return error.problems;
    throw error;
  }
}

const guide = readMarkdown('docs/troubleshooting.md');
const shown = shownTexts();

/** The items of the lists of texts, and what follows each list. */
const entries = [...guide.text.matchAll(/((?:^- `.+`\n)+)\n((?:.+\n)+)/gm)].map(([, items = '', answer = '']) => ({
  texts: [...items.matchAll(/^- (`+) ?(.+?) ?\1$/gm)].map(([, , text = '']) => text),
  answer: answer.replaceAll('\n', ' '),
}));
const explained = entries.flatMap(({ texts }) => texts);

/** The first cells of the table below a heading, with the number of cells that say something. */
function table(heading: string): readonly (readonly [name: string, cells: number])[] {
  const [, below = ''] = guide.text.split(new RegExp(`^#+ ${heading}$`, 'm'));
  const [rows = ''] = /(?:^\|.+\n)+/m.exec(below) ?? [];
  return rows
    .split('\n')
    .slice(2)
    .filter((row) => row !== '')
    .map((row) => {
      const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
      return [(cells[1] ?? '').replaceAll('`', ''), cells.filter((cell) => cell !== '').length] as const;
    });
}

describe('docs/troubleshooting.md', () => {
  it('explains every text of the code that tells of a mistake, and no other [E8]', () => {
    const missing = [...shown].filter(([text]) => !explained.includes(text)).map(([text, paths]) => [text, ...paths]);
    const gone = explained.filter((text) => !shown.has(text));
    expect({ missing, gone }).toEqual({ missing: [], gone: [] });
  });

  it('explains each text once, with a cause and a cure [E8]', () => {
    expect(explained.filter((text, index) => explained.indexOf(text) !== index)).toEqual([]);
    for (const { texts, answer } of entries) expect(answer, texts[0]).toMatch(/^Cause: .{3,}\. Cure: .{3,}\.\s*$/s);
  });

  it.each([
    ['Error codes', membersOf('errors.ts', 'ErrorCode')],
    ['Reasons in the log', AUTH_FAILURE_REASONS],
  ])('explains each of: %s [E8]', (heading, names) => {
    const rows = table(heading);
    expect(rows.map(([name]) => name)).toEqual([...names]);
    expect(rows.filter(([, cells]) => cells !== 3)).toEqual([]);
  });

  it('begins with the four most frequent, each with commands that show the cause [E8]', () => {
    expect(guide.headings.slice(1, 6)).toEqual([
      'The four most frequent',
      'No Authorization header',
      'The token is not valid',
      'The exchange for AWS credentials fails',
      'Tools use the wrong credentials',
    ]);
    const shell = guide.fences
      .filter(({ language }) => language === 'sh')
      .map(({ text }) => text)
      .join('');
    for (const command of [
      'curl -i -X POST',
      'docker logs',
      'kubectl logs',
      'aws logs filter-log-events',
      'aws cognito-identity describe-identity-pool',
      'aws cognito-identity get-identity-pool-roles',
      'aws iam get-role',
      'aws cloudtrail lookup-events',
      'npm run doctor',
    ])
      expect(shell).toContain(command);
  });

  it('links to what is there', () => {
    expect(brokenLinks('docs/troubleshooting.md')).toEqual([]);
  });
});

describe('a start that fails', () => {
  const patterns = explained.map((text) => {
    const literal = text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
    // Almost everything begins so; alone it is followed by the words there are.
    return new RegExp(`^${literal.replaceAll('…', text === 'must be …' ? String.raw`[\w-]+(?: or [\w-]+)*` : '.+')}$`);
  });
  const isExplained = (problem: string): boolean => {
    const first = problem.split('\n')[0] ?? '';
    const [, rest = ''] = /^[A-Z_]+: (?:(?:entry|line|member) \d+ )?(.*)$/.exec(first) ?? [];
    return [first, rest].some((text) => patterns.some((pattern) => pattern.test(text)));
  };

  it.each(SETTINGS)('says of a wrong %s only what is explained [E8]', (name) => {
    const { description, example } = settingNotes(name);
    const told = WRONG.flatMap((value) => problemsOf({ ...AROUND, [name]: value })).map((problem) =>
      problem.replace(` (${description}; example: ${name}=${example})`, ''),
    );
    expect(told.filter((problem) => !isExplained(problem))).toEqual([]);
  });

  it('says something of nearly every variable', () => {
    const silent = SETTINGS.filter(
      (name) => !WRONG.some((value) => problemsOf({ ...AROUND, [name]: value }).length > 0),
    );
    expect(silent.length).toBeLessThan(12);
    expect(isExplained('AWS_REGION: is green')).toBe(false);
  });
});

describe('the search for texts', () => {
  it.each([
    ['auth/auth-refusal.ts', 'The API key is not known to this server.'],
    [
      'config/aws-config.ts',
      'AWS_PROFILE: is for local use without authentication; remove it, or set ENABLE_AUTH=false',
    ],
    ['config/setting-types.ts', 'must be a whole number from … to …'],
    ['cloudwatch/arn.ts', 'names resources in several Regions (…); use one call for each'],
    ['doctor/role-checks.ts', '… cannot be assumed: …'],
    ['stdio-bridge/failure-words.ts', 'The server has had too many requests (429). Try again in ….'],
    ['security-monitoring/http/listen.ts', 'Port … is already in use: stop the other process or set … to a free port.'],
  ])('finds what %s says', (path, text) => {
    expect(shown.get(text)).toContain(path);
  });

  it('leaves out by name only what the code has', () => {
    const all = allTexts();
    expect([...OTHER_TEXTS].filter((text) => !all.has(text))).toEqual([]);
  });

  it('finds as much as there is', () => {
    expect(shown.size).toBeGreaterThan(550);
  });
});
