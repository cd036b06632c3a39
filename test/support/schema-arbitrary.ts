import fc from 'fast-check';
import type { ToolDefinition } from '../../src/mcp/tool.js';
import { toolSchemas } from '../../src/mcp/tool-schema.js';

type Schema = Readonly<Record<string, unknown>>;

/** Texts that have broken parsers before, beside ordinary ones. */
const TEXTS = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom(
    '',
    'now-1h',
    'now',
    '2026-11-20T10:00:00Z',
    '/shop/checkout',
    'payments-duration-p99',
    'arn:aws:logs:us-east-1:111111111111:log-group:/shop/checkout',
    'fields @message | limit 1',
    '__proto__',
    'constructor',
    '\u0000',
    '\u202e\u200b',
    "'; DROP TABLE x; --",
    '../../etc/passwd',
    '${jndi:ldap://x}',
    'a'.repeat(2_000),
    'us-east-1',
    'eu-west-1',
    '111111111111',
    'Average',
    '[]',
    '{"a":1}',
  ),
);

/** Arguments as a tool's own schema draws them: of the right types, and mostly of believable values. */
export function argumentsOf(definition: ToolDefinition): fc.Arbitrary<Record<string, unknown>> {
  return valueOf(toolSchemas(definition).input) as fc.Arbitrary<Record<string, unknown>>;
}

/** The same with one argument made wrong: another type, a value out of range, or a name nobody knows. */
export function wrongArgumentsOf(definition: ToolDefinition): fc.Arbitrary<Record<string, unknown>> {
  const properties = (toolSchemas(definition).input['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const names = Object.keys(properties);
  const wrong = fc.oneof(
    fc.record({
      name: fc.constantFrom('bogus', ...names),
      value: fc.constantFrom(Number.NaN, -1, 1.5, 2 ** 60, true, {}, [[]], { a: { b: 1 } }),
    }),
    fc.record({ name: fc.constantFrom('bogus', 'Region', 'endpoint', 'credentials'), value: TEXTS }),
  );
  return fc.tuple(argumentsOf(definition), wrong).map(([args, { name, value }]) => ({ ...args, [name]: value }));
}

function valueOf(schema: Schema): fc.Arbitrary<unknown> {
  const alternatives = schema['anyOf'] as Schema[] | undefined;
  if (alternatives !== undefined) return fc.oneof(...alternatives.map(valueOf));
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  switch (type) {
    case 'string':
      return TEXTS;
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.oneof(
        fc.integer({ min: Number(schema['minimum'] ?? -10), max: Math.min(Number(schema['maximum'] ?? 1_000), 5_000) }),
        fc.constantFrom(0, -1, 1e9),
      );
    case 'array':
      return fc.array(valueOf((schema['items'] ?? {}) as Schema), { maxLength: 4 });
    case 'object':
      return objectOf(schema);
    default:
      return fc.constant(null);
  }
}

function objectOf(schema: Schema): fc.Arbitrary<unknown> {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const model = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, valueOf(field)]));
  return fc.record(model, { requiredKeys: (schema['required'] ?? []) as string[] });
}
