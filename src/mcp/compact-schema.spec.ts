import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { compactInputSchema, compactOutputSchema } from './compact-schema.js';
import type { JsonSchema } from './json-schema.js';

const ajv = new Ajv2020({ strict: false });
const accepts = (schema: JsonSchema): ((value: unknown) => boolean) => {
  const validate = ajv.compile(schema);
  return (value) => validate(value);
};

const leaf: fc.Arbitrary<z.ZodType> = fc.constantFrom<z.ZodType[]>(
  z.string().min(1).max(3).describe('a text'),
  z.string().regex(/^a/),
  z.enum(['a', 'b']),
  z.literal('a'),
  z.int(),
  z.number().min(0).max(9),
  z.boolean(),
  z.null(),
);
const { schema: anySchema } = fc.letrec<{ schema: z.ZodType }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    leaf,
    tie('schema').map((inner) => inner.nullable()),
    tie('schema').map((inner) => z.array(inner).max(3)),
    tie('schema').map((inner) => z.record(z.string(), inner)),
    fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => z.union([a, b])),
    fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => z.tuple([a, b])),
    fc
      .tuple(tie('schema'), tie('schema'))
      .map(([a, b]) => z.strictObject({ a: a.nullish().describe('maybe'), b, properties: a.optional() })),
  ),
}));
const scalar = fc.constantFrom<unknown[]>('a', 'b', 'xyz', 'long text', '', 0, 1, 9.5, -4, 2 ** 60, true, null);
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'properties'), tie('value')),
  ),
}));

/** A value whose objects have no member that is null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (member === null ? [] : [[name, withoutNulls(member)]])),
  );
}

describe('compactOutputSchema', () => {
  it('accepts exactly the values of the schema it was made from, but for integers beyond 2^53 [C2]', () => {
    fc.assert(
      fc.property(anySchema, anyValue, (schema, value) => {
        const original = z.toJSONSchema(schema) as JsonSchema;
        const compact = compactOutputSchema(original);
        if (!JSON.stringify(value).includes(String(2 ** 60)))
          expect(accepts(compact)(value)).toBe(accepts(original)(value));
        expect(JSON.stringify(compact).length).toBeLessThanOrEqual(JSON.stringify(original).length);
      }),
      { numRuns: 200 },
    );
  });

  it('writes a type or null as one schema of two types', () => {
    const schema = z.toJSONSchema(
      z.object({ a: z.int().min(1).nullable().describe('A.'), b: z.enum(['x']).nullable() }),
    );
    expect(compactOutputSchema(schema as JsonSchema)['properties']).toEqual({
      a: { type: ['integer', 'null'], minimum: 1, description: 'A.' },
      b: { anyOf: [{ type: 'string', enum: ['x'] }, { type: 'null' }] },
    });
  });
});

describe('compactOutputSchema of a tuple', () => {
  it('gives its length and nowhere the bare false that some clients refuse', () => {
    const pairs = z.array(z.tuple([z.number(), z.string()]));
    const compact = compactOutputSchema(z.toJSONSchema(pairs));
    expect(compact['items']).toMatchObject({ prefixItems: [{ type: 'number' }, { type: 'string' }], maxItems: 2 });
    expect(JSON.stringify(compact)).not.toContain('false');
    expect([[[1, 'a']], [[1, 'a', 'b']], [[1]]].map(accepts(compact))).toEqual([true, false, false]);
  });
});

describe('compactInputSchema', () => {
  it('accepts what the schema it was made from accepts, null for an optional member left out [C2]', () => {
    fc.assert(
      fc.property(anySchema, anyValue, (schema, value) => {
        const original = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
        const compact = compactInputSchema(original);
        if (JSON.stringify(value).includes(String(2 ** 60))) return;
        if (accepts(compact)(value)) expect(accepts(original)(value)).toBe(true);
        const plain = withoutNulls(value);
        expect(accepts(compact)(plain)).toBe(accepts(original)(plain));
      }),
      { numRuns: 200 },
    );
  });

  it('shows an optional member without null, since some providers of models refuse it', () => {
    const input = z.strictObject({
      region: z.string().nullish().describe('AWS Region.'),
      limit: z.int().max(50).nullish(),
      kind: z.enum(['a', 'b']).nullish(),
      what: z.union([z.string(), z.array(z.string())]).nullish(),
      needed: z.string().min(1).nullable(),
      minimum: z.int(),
    });
    expect(compactInputSchema(z.toJSONSchema(input, { io: 'input' }) as JsonSchema)).toEqual({
      type: 'object',
      properties: {
        region: { type: 'string', description: 'AWS Region.' },
        limit: { type: 'integer', maximum: 50 },
        kind: { type: 'string', enum: ['a', 'b'] },
        what: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
        needed: { anyOf: [{ type: 'string', minLength: 1 }, { type: 'null' }] },
        minimum: { type: 'integer' },
      },
      required: ['needed', 'minimum'],
      additionalProperties: false,
    });
  });
});
