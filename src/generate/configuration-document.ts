import { NOT_FOR_STDIO } from '../config/stdio-config.js';
import { type SettingName, settingNotes } from '../config/settings.js';
import { type SettingEntry, SETTING_GROUPS } from './setting-groups.js';

/** One of the example sets of variables, as it stands in `config/examples`. */
export interface ExampleSet {
  readonly path: string;
  readonly text: string;
}

/** Variables of an older name and the one that means the same. */
const OLDER_NAME = /^older name of (\w+)$/;

/** The reference of all variables, in markdown, with the example sets. */
export function configurationDocument(examples: readonly ExampleSet[]): string {
  return [
    '# Configuration',
    'Written from the code by `npm run generate`. The server reads environment variables, and the files some of them name, at its start; it reads no `.env` file by itself. Give it one with `node --env-file=FILE dist/main.js`, or with `docker run --env-file FILE`, which takes each line literally: no quotes around values.',
    'Everything that is wrong is said at once, each problem with its variable and an example, and the process ends with 1: [troubleshooting.md](troubleshooting.md#problems-at-the-start). `npm run doctor` examines a configuration against the world: issuers, clocks, roles. [config/.env.example](../config/.env.example) holds every variable, for you to fill in.',
    'A variable that is blank counts as unset, but where security depends on it: there a blank value, `undefined`, `null`, `none` or `changeme` stops the start. Lists are separated by commas; switches are `true` or `false`. The command `stdio` serves one local user and does not read what is marked with `*`.',
    contents(),
    ...SETTING_GROUPS.flatMap(chapter),
    ...exampleChapter(examples),
    ...OTHERS,
  ].join('\n\n');
}

function contents(): string {
  const rows = SETTING_GROUPS.map(
    ({ title, entries }) => `| [${title}](#${anchorOf(title)}) | ${entries.map(([name]) => `\`${name}\``).join(' ')} |`,
  );
  return ['| Subject | Variables |', '| --- | --- |', ...rows].join('\n');
}

function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

function chapter({ title, about, entries }: (typeof SETTING_GROUPS)[number]): readonly string[] {
  return [
    `## ${title}`,
    about,
    ['| Variable | Meaning | Default | Example |', '| --- | --- | --- | --- |', ...entries.map(row)].join('\n'),
  ];
}

function row([name, byDefault]: SettingEntry): string {
  const { description, example } = settingNotes(name);
  const mark = NOT_FOR_STDIO.has(name) ? ' `*`' : '';
  return `| \`${name}\`${mark} | ${cell(description)}${olderName(name)} | ${cell(byDefault)} | ${cell(`\`${example}\``)} |`;
}

function olderName(name: SettingName): string {
  const older = SETTING_GROUPS.flatMap(({ entries }) => entries.map(([entry]) => entry)).filter(
    (entry) => OLDER_NAME.exec(settingNotes(entry).description)?.[1] === name,
  );
  return older.map((entry) => `; older name: \`${entry}\``).join('');
}

function exampleChapter(examples: readonly ExampleSet[]): readonly string[] {
  return [
    '## Example sets',
    'Complete sets, each of which starts the server once the files it names are there. Replace names, accounts and secrets by yours.',
    ...examples.flatMap(({ path, text }) => [`### ${path}`, ['```dotenv', text.trim(), '```'].join('\n')]),
  ];
}

const OTHERS = [
  '## Variables of others',
  "What the server's own identity in AWS is, the AWS SDK finds out: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, or, better, the role of the task, pod or instance. Callers' calls are never signed with it, unless `API_KEY_CREDENTIALS=server` or authentication is off. Node reads `NODE_EXTRA_CA_CERTS` (a PEM file with your company's certificate authority) and `NODE_OPTIONS`.",
  'The bridge for clients that start programs has variables of its own, in [clients.md](clients.md#claude-desktop) and by `cloudwatch-mcp-bridge --help`.',
];

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
