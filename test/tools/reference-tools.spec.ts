import { beforeAll, describe, expect, it } from 'vitest';
import { declaredTools } from '../../src/generate/generated-files.factory.js';
import type { ToolDefinition } from '../../src/mcp/tool.js';
import { toolSchemas } from '../../src/mcp/tool-schema.js';
import { REFERENCE_TOOLS } from './reference-tools.js';

let tools: ReadonlyMap<string, ToolDefinition>;

beforeAll(async () => {
  tools = new Map((await declaredTools()).map((tool) => [tool.name, tool]));
});

const properties = (schema: Readonly<Record<string, unknown>>): string[] => Object.keys(schema['properties'] ?? {});

describe('the tools of the reference server', () => {
  it('are all here [C1][C2][C3]', () => {
    expect(Object.keys(REFERENCE_TOOLS)).toHaveLength(19);
    expect(Object.keys(REFERENCE_TOOLS).filter((name) => !tools.has(name))).toEqual([]);
  });

  it.each(Object.entries(REFERENCE_TOOLS))('%s takes the same arguments and answers the same fields', (name, known) => {
    const { input, output } = toolSchemas(tools.get(name)!);
    const names = known.input.split(' ');
    const required = names.filter((argument) => argument.endsWith('!')).map((argument) => argument.slice(0, -1));
    expect(properties(input)).toEqual(expect.arrayContaining(names.map((argument) => argument.replace('!', ''))));
    expect([...((input['required'] ?? []) as string[])].sort()).toEqual(required.sort());
    expect(properties(output)).toEqual(expect.arrayContaining(known.output.split(' ')));
  });

  it('take null for every argument that is not required, as their callers send it', () => {
    for (const [name, known] of Object.entries(REFERENCE_TOOLS)) {
      const { input } = tools.get(name)!;
      for (const argument of known.input.split(' ').filter((one) => !one.endsWith('!'))) {
        const { error } = input.safeParse({ [argument]: null });
        expect(error?.issues.filter(({ path }) => path[0] === argument) ?? [], `${name} ${argument}`).toEqual([]);
      }
    }
  });
});
