import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { compactInputSchema, compactOutputSchema } from './compact-schema.js';
import type { JsonSchema } from './json-schema.js';
import type { ToolDefinition } from './tool.js';

/** A tool's schemas as clients see them, converted once (a third of the cost of a call when done for each). */
export interface ToolSchemas {
  readonly input: JsonSchema;
  readonly output: JsonSchema;
}

/** What was done to an answer; members of every tool's output when they are not zero. */
const COUNTS = {
  sanitized_chars: { type: 'integer', description: 'Invisible and control characters removed.' },
  masked_secrets: { type: 'integer', description: 'Secrets replaced by [masked: kind].' },
};

/** Converts a definition's schemas to JSON Schema, without `$schema`: older clients' validators refuse the newer dialect by name. */
export function toolSchemas({ input, output }: Pick<ToolDefinition, 'input' | 'output'>): ToolSchemas {
  const shown = compactOutputSchema(z.toJSONSchema(output, { io: 'output' }));
  return {
    input: compactInputSchema(z.toJSONSchema(input, { io: 'input' })),
    output: { ...shown, properties: { ...(shown['properties'] as object), ...COUNTS } },
  };
}

/** Shows the SDK a schema without letting it validate: the dispatcher does that once, for every way in. */
export function advertisedSchema(schema: JsonSchema): StandardSchemaWithJSON {
  const json = (): Record<string, unknown> => schema;
  return {
    '~standard': {
      version: 1,
      vendor: 'cloudwatch-mcp-server',
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: json, output: json },
    },
  };
}
