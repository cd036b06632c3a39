import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { ToolDefinition } from './tool.js';

export type JsonSchema = Record<string, unknown>;

/** A tool's schemas as clients see them, converted once (a third of the cost of a call when done for each). */
export interface ToolSchemas {
  readonly input: JsonSchema;
  readonly output: JsonSchema;
}

/** Converts a definition's schemas to JSON Schema, without `$schema`: older clients' validators refuse the newer dialect by name. */
export function toolSchemas(definition: ToolDefinition): ToolSchemas {
  return { input: toJsonSchema(definition.input, 'input'), output: toJsonSchema(definition.output, 'output') };
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
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
