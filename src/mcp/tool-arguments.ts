import type { z } from 'zod';
import { InvalidInput } from '../errors.js';
import type { ToolDefinition } from './tool.js';
import type { JsonSchema } from './json-schema.js';

const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * The validated input of a tool. Arrays, objects, numbers and booleans written as text are read as such where the
 * schema has no text form, because models often send them so.
 * @throws InvalidInput naming every wrong field
 */
export function parseToolArguments<D extends ToolDefinition>(
  definition: D,
  schema: JsonSchema,
  args: unknown,
): z.output<D['input']> {
  if (args !== undefined && !isRecord(args))
    throw new InvalidInput('arguments', 'must be an object of named arguments');
  const parsed = definition.input.safeParse(readTextForms(args ?? {}, schema));
  if (parsed.success) return parsed.data as z.output<D['input']>;
  throw refusal(parsed.error.issues, schema);
}

function refusal(issues: readonly z.core.$ZodIssue[], schema: JsonSchema): InvalidInput {
  const [first, ...others] = issues.flatMap((issue) => describeIssue(issue, schema));
  if (first === undefined) return new InvalidInput('arguments', 'are not valid');
  return new InvalidInput(
    first.field,
    [first.text, ...others.map(({ field, text }) => `${field}: ${text}`)].join('; '),
  );
}

function describeIssue(issue: z.core.$ZodIssue, schema: JsonSchema): { field: string; text: string }[] {
  const field = issue.path.map(String).join('.');
  if (issue.code !== 'unrecognized_keys')
    return [{ field: field === '' ? 'arguments' : printable(field), text: issue.message }];
  const known = field === '' ? `; this tool takes ${Object.keys(properties(schema)).join(', ')}` : '';
  return issue.keys.slice(0, 5).map((key) => ({ field: printable(key), text: `unknown argument${known}` }));
}

/** A name from outside, short and without control or invisible characters. */
export function printable(name: string): string {
  return name.slice(0, 64).replace(/[^\x20-\x7e]/g, '?');
}

function readTextForms(args: Readonly<Record<string, unknown>>, schema: JsonSchema): Record<string, unknown> {
  const known = properties(schema);
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      if (typeof value !== 'string' || !Object.hasOwn(known, name)) return [name, value];
      return [name, readTextForm(value, typesOf(known[name] ?? {}))];
    }),
  );
}

function readTextForm(text: string, types: ReadonlySet<string>): unknown {
  if (types.has('string')) return text;
  const trimmed = text.trim();
  if ((types.has('array') && trimmed.startsWith('[')) || (types.has('object') && trimmed.startsWith('{'))) {
    return parseJson(trimmed) ?? text;
  }
  if ((types.has('number') || types.has('integer')) && NUMBER.test(trimmed)) return Number(trimmed);
  if (types.has('boolean') && (trimmed === 'true' || trimmed === 'false')) return trimmed === 'true';
  return text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function typesOf(schema: JsonSchema): ReadonlySet<string> {
  const alternatives = [schema, ...((schema['anyOf'] as JsonSchema[] | undefined) ?? [])];
  // An enumeration without a type is one of texts here.
  return new Set(alternatives.flatMap((one) => one['type'] ?? (one['enum'] === undefined ? [] : 'string')) as string[]);
}

function properties(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return (schema['properties'] ?? {}) as Record<string, JsonSchema>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
