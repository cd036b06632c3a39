import type { z } from 'zod';
import { type AccessSurroundings, readAccount, readGrant, type Report } from './access-entries.js';
import { accountShape, fileShape, grantShape } from './access-file-schema.js';
import type { AccessAccount, AccessRules } from './access-rules.js';
import type { Findings } from './findings.js';
import { readTextFile } from './text-file.js';
import { readYaml, type YamlPath, type YamlSource } from './yaml-source.js';

/** Reads `ACCESS_FILE`; what is wrong with it, all at once and each with its line, goes to the findings. */
export function loadAccessFile(path: string, around: AccessSurroundings, findings: Findings): AccessRules {
  const text = readTextFile(path);
  if (typeof text !== 'string') {
    findings.problems.push(`ACCESS_FILE: ${text.mistake}; give the path of a readable YAML file`);
    return { accounts: [], grants: [] };
  }
  return parseAccessFile(text, around, findings);
}

/** The rules in the text of an access file. */
export function parseAccessFile(text: string, around: AccessSurroundings, findings: Findings): AccessRules {
  const source = readYaml(text);
  const problems = source.mistakes.map(({ line, path, message }) => ({ line, text: sentence(line, path, message) }));
  const report: Report = (path, message) => {
    const line = source.lineOf(path);
    problems.push({ line, text: sentence(line, path, message) });
  };
  const warn: Report = (path, message) => findings.warnings.push(sentence(source.lineOf(path), path, message));
  const rules = problems.length > 0 && source.data === undefined ? NOTHING : readRules(source, around, report, warn);
  findings.problems.push(...problems.sort((a, b) => a.line - b.line).map((problem) => problem.text));
  return rules;
}

const NOTHING: AccessRules = { accounts: [], grants: [] };

function readRules({ data }: YamlSource, around: AccessSurroundings, report: Report, warn: Report): AccessRules {
  const { accounts = {}, grants = [] } = checked(fileShape, data ?? {}, [], report) ?? looseParts(data);
  const aliases = new Map<string, AccessAccount | undefined>();
  for (const [alias, raw] of Object.entries(accounts)) {
    const path = ['accounts', alias];
    const entry = checked(accountShape, raw, path, report);
    aliases.set(alias, entry && readAccount(alias, entry, around, (inner, text) => report([...path, ...inner], text)));
  }
  const read = grants.flatMap((raw, index) => {
    const path = ['grants', index];
    const entry = checked(grantShape, raw, path, report);
    if (entry === undefined) return [];
    const at =
      (to: Report): Report =>
      (inner, text) =>
        to([...path, ...inner], text);
    return readGrant(entry, aliases, around, at(report), at(warn)) ?? [];
  });
  return { accounts: [...aliases.values()].filter((account) => account !== undefined), grants: read };
}

/** What can still be checked of a file whose outermost members are not all right. */
function looseParts(data: unknown): { accounts?: Record<string, unknown>; grants?: unknown[] } {
  const { accounts, grants } = (data ?? {}) as { accounts?: unknown; grants?: unknown };
  return {
    ...(typeof accounts === 'object' && accounts !== null && { accounts: accounts as Record<string, unknown> }),
    ...(Array.isArray(grants) && { grants }),
  };
}

function checked<T>(shape: z.ZodType<T>, value: unknown, path: YamlPath, report: Report): T | undefined {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    if (issue.code !== 'unrecognized_keys') report([...path, ...issue.path], issue.message);
    else for (const key of issue.keys) report([...path, ...issue.path, key], 'is not known here; check its spelling');
  }
  return undefined;
}

function sentence(line: number, path: YamlPath, message: string): string {
  const [first, second, ...rest] = path.map(String);
  const place =
    first === 'grants' && second !== undefined
      ? [`grant ${Number(second) + 1}`, rest.join('.')]
      : [path.map(String).join('.')];
  return [`ACCESS_FILE line ${line}`, ...place.filter((word) => word !== ''), message].join(': ');
}
