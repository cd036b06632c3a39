import type { JsonSchema } from './json-schema.js';

type Change = (schema: JsonSchema) => JsonSchema;

const ONE = new Set(['items', 'additionalProperties', 'propertyNames', 'not']);
const MANY = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
const NAMED = new Set(['properties', '$defs']);

/**
 * An input schema in fewer words, for models that pay for each: it accepts the same values but for null in place of an
 * optional member, which the server goes on accepting. Several providers of models refuse a null type in arguments.
 */
export function compactInputSchema(schema: JsonSchema): JsonSchema {
  return everywhere(schema, (part) => withoutOptionalNulls(withoutNoise(part)));
}

/** An output schema in fewer words that accepts the same values. */
export function compactOutputSchema(schema: JsonSchema): JsonSchema {
  return everywhere(schema, (part) => withNullType(withLength(withoutNoise(part))));
}

/** Applies a change to every schema within a schema, the innermost first. */
function everywhere(schema: JsonSchema, change: Change): JsonSchema {
  const inner = (value: unknown): unknown => (isSchema(value) ? everywhere(value, change) : value);
  return change(
    mapMembers(schema, (value, keyword) => {
      if (ONE.has(keyword)) return inner(value);
      if (MANY.has(keyword)) return (value as unknown[]).map(inner);
      return NAMED.has(keyword) ? mapMembers(value as JsonSchema, inner) : value;
    }),
  );
}

/** Without the dialect, the limits of JavaScript's integers, and the rule that names of members are texts. */
function withoutNoise(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).filter(
      ([keyword, value]) =>
        keyword !== '$schema' &&
        !(keyword === 'minimum' && value === Number.MIN_SAFE_INTEGER) &&
        !(keyword === 'maximum' && value === Number.MAX_SAFE_INTEGER) &&
        !(keyword === 'propertyNames' && isSchema(value) && isPlain(value, 'string')),
    ),
  );
}

function withoutOptionalNulls(schema: JsonSchema): JsonSchema {
  if (!isSchema(schema['properties'])) return schema;
  const required = (schema['required'] ?? []) as readonly string[];
  const properties = mapMembers(schema['properties'], (member, name) =>
    required.includes(name) ? member : withoutNull(member as JsonSchema),
  );
  return { ...schema, properties };
}

function withoutNull(member: JsonSchema): JsonSchema {
  const { anyOf, type, ...rest } = member;
  if (Array.isArray(type)) {
    const types = (type as string[]).filter((one) => one !== 'null');
    return { type: types.length === 1 ? types[0] : types, ...rest };
  }
  if (!Array.isArray(anyOf)) return member;
  const others = (anyOf as JsonSchema[]).filter((one) => !isPlain(one, 'null'));
  const [only] = others;
  return others.length === 1 && only !== undefined ? { ...only, ...rest } : { anyOf: others, ...rest };
}

/** A tuple with its length in place of `items: false`, which clients that expect a schema there cannot read. */
function withLength(schema: JsonSchema): JsonSchema {
  const { items, prefixItems, ...rest } = schema;
  if (items !== false || !Array.isArray(prefixItems)) return schema;
  return { ...rest, prefixItems: prefixItems as unknown[], maxItems: prefixItems.length };
}

/** `anyOf` a type and null as one schema of two types, which every draft of JSON Schema knows. */
function withNullType(schema: JsonSchema): JsonSchema {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return schema;
  const [other, nothing] = anyOf as [JsonSchema, JsonSchema];
  if (!isPlain(nothing, 'null') || typeof other['type'] !== 'string' || 'enum' in other || 'const' in other) {
    return schema;
  }
  return { ...other, type: [other['type'], 'null'], ...rest };
}

function isPlain(schema: JsonSchema, type: string): boolean {
  return schema['type'] === type && Object.keys(schema).length === 1;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapMembers(record: JsonSchema, change: (value: unknown, name: string) => unknown): JsonSchema {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}
