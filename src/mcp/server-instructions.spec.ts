import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { beforeAll, describe, expect, it } from 'vitest';
import { declaredTools } from '../generate/generated-files.factory.js';
import { PROMPTS, promptsFor } from './prompts/prompt-catalog.js';
import { serverInstructions } from './server-instructions.js';
import type { ToolDefinition } from './tool.js';

let tools: readonly ToolDefinition[];
beforeAll(async () => {
  tools = await declaredTools();
});

/** Words that can only be names of tools: ours all have an underscore. */
const namedIn = (text: string): string[] => [
  ...new Set(text.match(/\b(?:get|list|describe|execute|analyze|filter|tail|cancel|recommend)_\w+/g)),
];
const namesOf = (toolsets: readonly string[]): Set<string> =>
  new Set(tools.filter(({ toolset }) => toolsets.includes(toolset)).map(({ name }) => name));

describe('serverInstructions', () => {
  it.each([
    [['accounts']],
    [['accounts', 'logs']],
    [['accounts', 'metrics']],
    [['accounts', 'alarms']],
    [['accounts', 'logs', 'metrics', 'alarms']],
    [['accounts', 'logs', 'metrics', 'alarms', 'promql', 'log-indexes']],
  ])('name only tools that %j offers, in less than 350 tokens', (toolsets) => {
    const names = namesOf(toolsets);
    const text = serverInstructions(names);
    expect(namedIn(text).filter((name) => !names.has(name))).toEqual([]);
    expect(encode(text).length).toBeLessThan(350);
    expect(text).toContain('next_cursor');
  });

  it('say with every tool whatever there is to say', () => {
    const names = new Set(tools.map(({ name }) => name));
    expect(namedIn(serverInstructions(names)).length).toBeGreaterThanOrEqual(9);
  });
});

describe('the prompts', () => {
  it.each(PROMPTS)('$name names tools there are, all of them declared', (prompt) => {
    const all = new Set(tools.map(({ name }) => name));
    const args = Object.fromEntries(prompt.arguments.map(({ name }) => [name, `"${name}"`]));
    const text = prompt.text(args);
    expect(prompt.tools.filter((name) => !all.has(name))).toEqual([]);
    expect(
      namedIn(text)
        .filter((name) => all.has(name))
        .sort(),
    ).toEqual([...prompt.tools].sort());
    for (const { name } of prompt.arguments) expect(text).toContain(`"${name}"`);
  });

  it('are offered to those who may use all of their tools', () => {
    expect(promptsFor(namesOf(['logs'])).map(({ name }) => name)).toEqual(['find_error_spike']);
    expect(promptsFor(namesOf(['logs', 'metrics'])).map(({ name }) => name)).toEqual([
      'find_error_spike',
      'review_log_costs',
    ]);
    expect(promptsFor(new Set())).toEqual([]);
  });
});
