import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { declaredTools } from '../../src/generate/generated-files.factory.js';
import type { ToolDefinition } from '../../src/mcp/tool.js';
import { readMarkdown } from './markdown.js';

const manual = readMarkdown('docs/user-manual.md');
const CALL = z.strictObject({ name: z.string(), arguments: z.record(z.string(), z.unknown()) });
const calls = manual.fences
  .filter(({ language, text }) => language === 'json' && text.includes('"arguments"'))
  .map(({ text }) => CALL.parse(JSON.parse(text)));

let tools: ReadonlyMap<string, ToolDefinition>;

beforeAll(async () => {
  tools = new Map((await declaredTools()).map((tool) => [tool.name, tool]));
});

describe('the user manual', () => {
  it('shows every tool once, with a call', () => {
    expect(calls.map(({ name }) => name).sort()).toEqual([...tools.keys()].sort());
    expect(manual.headings).toEqual(expect.arrayContaining([...tools.keys()]));
  });

  it('shows calls that the tools take', () => {
    for (const { name, arguments: args } of calls) {
      const input = tools.get(name)?.input.strict();
      expect(input?.safeParse(args), name).toMatchObject({ success: true });
    }
  });

  it('names no tool there is none of', () => {
    const named = [
      ...manual.text.matchAll(/`((?:get|list|describe|execute|analyze|filter|tail|cancel|recommend)_\w+)`/g),
    ];
    expect(named.map(([, name = '']) => name).filter((name) => !tools.has(name))).toEqual([]);
  });
});
