import type { Findings } from './findings.js';
import type { IssuerBlock } from './issuer-rules.js';
import { cognitoIssuer, regionOfPool } from './issuer-variables.js';
import { contradictions, type IssuerEntry, issuersFileSchema } from './issuers-file-schema.js';
import { readTextFile } from './text-file.js';
import { readYaml, type YamlMistake, type YamlSource } from './yaml-source.js';

/**
 * The issuers of `ISSUERS_FILE`. Every mistake goes to the problems as `ISSUERS_FILE line N: field: ...`, and a file
 * with one mistake gives no issuer: half of a list of who is trusted is not a list.
 */
export function issuersOfFile(path: string, findings: Findings): IssuerBlock[] {
  const text = readTextFile(path);
  if (typeof text === 'string') return issuersOfText(text, findings);
  findings.problems.push(`ISSUERS_FILE: ${text.mistake}; give the path of a readable YAML file`);
  return [];
}

/** The issuers in the text of an issuers file. */
export function issuersOfText(text: string, findings: Findings): IssuerBlock[] {
  const source = readYaml(text);
  const parsed = issuersFileSchema.safeParse(source.data);
  const mistakes = [
    ...source.mistakes,
    ...(source.data === undefined ? [] : [...schemaMistakes(parsed.error?.issues ?? [], source), ...clashes(source)]),
  ].sort((a, b) => a.line - b.line);
  findings.problems.push(...new Set(mistakes.map(sentence)));
  if (mistakes.length > 0 || parsed.data === undefined) return [];
  return parsed.data.map((entry, index) => toBlock(entry, source, index));
}

type SchemaIssues = NonNullable<ReturnType<typeof issuersFileSchema.safeParse>['error']>['issues'];

function schemaMistakes(issues: SchemaIssues, source: YamlSource): YamlMistake[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys')
      return [{ line: source.lineOf(issue.path), path: issue.path, message: issue.message }];
    const paths = issue.keys.map((key) => [...issue.path, key]);
    return paths.map((path) => ({ line: source.lineOf(path), path, message: 'is not known here; check its spelling' }));
  });
}

/** Told even while other members are wrong, so that one start shows every mistake. */
function clashes(source: YamlSource): YamlMistake[] {
  const { data } = source;
  if (!Array.isArray(data)) return [];
  return data.flatMap((entry: unknown, index) =>
    contradictions(entry).map(([field, message]) => {
      const path = [index, field];
      return { line: source.lineOf(path), path, message };
    }),
  );
}

function toBlock({ userPoolId, claims, ...given }: IssuerEntry, source: YamlSource, index: number): IssuerBlock {
  const issuer = given.issuer ?? cognitoIssuer(userPoolId ?? '');
  return {
    ...given,
    issuer,
    source: `ISSUERS_FILE line ${source.lineOf([index, userPoolId === undefined ? 'issuer' : 'userPoolId'])}`,
    claimNames: claims,
    exchange: given.exchange ?? (given.identityPoolId === undefined ? undefined : 'cognito-identity'),
    stsRegion: given.stsRegion ?? (userPoolId === undefined ? undefined : regionOfPool(userPoolId)),
  };
}

function sentence({ line, path, message }: YamlMistake): string {
  const field = path.filter((step) => typeof step === 'string').join('.');
  return [`ISSUERS_FILE line ${line}`, ...(field === '' ? [] : [field]), message].join(': ');
}
