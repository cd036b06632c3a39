import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { beforeAll, describe, expect, it } from 'vitest';
import { TOOLSETS } from '../../src/config/tools-config.js';
import { declaredTools } from '../../src/generate/generated-files.factory.js';
import { inHouseStyle } from '../../src/generate/house-style.js';
import type { ToolDefinition } from '../../src/mcp/tool.js';
import { toolSchemas } from '../../src/mcp/tool-schema.js';

/** What a model reads of the default tools on every request, in o200k tokens. */
const DEFAULT_LIST_BUDGET = 8_000;

let tools: readonly ToolDefinition[];

beforeAll(async () => {
  tools = await declaredTools();
});

const tokens = (value: unknown): number => encode(JSON.stringify(value)).length;
const inputSide = (tool: ToolDefinition): object => {
  const { name, description } = tool;
  return { name, description, inputSchema: toolSchemas(tool).input };
};
const offered = (toolsets: readonly string[]): readonly ToolDefinition[] =>
  tools.filter(({ toolset }) => toolset === 'accounts' || toolsets.includes(toolset));

describe('the tools', () => {
  it('are each as their snapshot says', async () => {
    for (const tool of tools) {
      const { name, title, description, annotations, toolset, iamActions, slow, page } = tool;
      const { input, output } = toolSchemas(tool);
      const surface = { name, title, description, annotations, toolset, slow, iamActions, page, input, output };
      await expect(await inHouseStyle(JSON.stringify(surface), 'json')).toMatchFileSnapshot(`tools/${name}.json`);
    }
  });

  it('all have a title and the annotations of tools that read [PIC-09]', () => {
    for (const { name, title, annotations } of tools) {
      expect(title, name).toMatch(/^[A-Z]/);
      expect(annotations, name).toEqual({
        readOnlyHint: true,
        destructiveHint: false,
        idempotentHint: expect.any(Boolean),
        openWorldHint: true,
      });
    }
  });

  it('cost a model less than 8,000 tokens by default', () => {
    const rows = [
      ['default', offered(['logs', 'metrics', 'alarms'])],
      ['all', offered(TOOLSETS)],
    ] as const;
    for (const [label, listed] of rows) {
      const input = tokens(listed.map(inputSide));
      const output = tokens(listed.map((tool) => toolSchemas(tool).output));
      process.stdout.write(
        `${label}: ${listed.length} tools, ${input} o200k tokens of name, description and input schema; output schemas ${output} more\n`,
      );
      if (label === 'default') expect(input).toBeLessThan(DEFAULT_LIST_BUDGET);
    }
  });

  it('describe themselves tersely', () => {
    for (const { name, description } of tools) expect(description.length, name).toBeLessThanOrEqual(420);
  });
});
