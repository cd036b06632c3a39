import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InvalidInput } from '../errors.js';
import { defineTool, READ_ONLY } from './tool.js';
import { parseToolArguments } from './tool-arguments.js';
import { toolSchemas } from './tool-schema.js';

const sample = defineTool({
  name: 'sample',
  title: 'Sample',
  description: 'A sample.',
  input: z.strictObject({
    name: z.string().max(5).optional(),
    limit: z.number().int().min(1).max(100).nullish(),
    groups: z.array(z.string()).optional(),
    filter: z.object({ key: z.string() }).optional(),
    deep: z.boolean().default(false),
    kind: z.enum(['a', 'b']).optional(),
  }),
  output: z.object({ ok: z.boolean() }),
  toolset: 'logs',
  iamActions: [],
  annotations: READ_ONLY,
  slow: false,
});
const { input: schema } = toolSchemas(sample);
const parse = (args: unknown) => parseToolArguments(sample, schema, args);

const message = (args: unknown): string => {
  try {
    parse(args);
  } catch (error) {
    if (error instanceof InvalidInput) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('parseToolArguments', () => {
  it('reads arrays, objects, numbers and booleans that a model wrote as text', () => {
    expect(parse({ limit: '25', groups: '["x"]', filter: '{"key":"k"}', deep: 'true' })).toEqual({
      limit: 25,
      groups: ['x'],
      filter: { key: 'k' },
      deep: true,
    });
  });

  it('leaves text alone where the schema takes text', () => {
    expect(parse({ name: '25', kind: 'a' })).toEqual({ name: '25', kind: 'a', deep: false });
  });

  it('takes no arguments as an empty object', () => {
    expect(parse(undefined)).toEqual({ deep: false });
  });

  it.each([null, [], 'x', 5])('refuses %j as arguments', (args) => {
    expect(message(args)).toBe('arguments: must be an object of named arguments');
  });

  it('names every wrong field', () => {
    expect(message({ limit: 0, name: 'too long' })).toMatch(/^name: .*; limit: /);
    expect(message({ filter: {} })).toMatch(/^filter\.key: /);
  });

  it('names an unknown argument and what there is, without control characters', () => {
    expect(message({ 'li\nmit': 5 })).toBe(
      'li?mit: unknown argument; this tool takes name, limit, groups, filter, deep, kind',
    );
  });

  it('never throws anything but InvalidInput', () => {
    fc.assert(fc.property(fc.anything(), (args) => typeof message(args) === 'string'));
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('name', 'limit', 'groups', 'filter', '__proto__', 'constructor'), fc.anything()),
        (args) => {
          expect(typeof message(args)).toBe('string');
        },
      ),
    );
  });
});
