import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoStack, startDemoStack } from './demo-stack.js';
import type { Terminal } from './terminal.js';
import { runTour } from './tour.js';

let stack: DemoStack;

beforeAll(async () => {
  stack = await startDemoStack();
});

afterAll(() => stack.close());

describe('runTour', () => {
  it('shows the whole server doing what it should, for two people and a script [A9] [A12] [B1] [C5]', async () => {
    const lines: string[] = [];
    const terminal: Terminal = {
      styled: false,
      width: 200,
      style: (_style, text) => text,
      line: (text = '') => lines.push(text),
    };
    const passed = await runTour(stack, terminal);
    expect(lines.filter((line) => line.includes('FAILED'))).toEqual([]);
    expect(passed).toBe(true);
    expect(lines.join('\n')).toMatch(
      /call +tool +user +AWS account +principal that signed +ms\n.*sts:AssumeRole .* server, for alice .*\n.*cloudwatch:DescribeAlarms .* alice +111111111111 +CloudWatchReader\/alice-/,
    );
  }, 60_000);
});
