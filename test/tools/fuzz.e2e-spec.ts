import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { declaredTools } from '../../src/generate/generated-files.factory.js';
import { argumentsOf, wrongArgumentsOf } from '../support/schema-arbitrary.js';
import { type Stack, startStack } from '../support/stack.js';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 25);
const tools = await declaredTools();

/** Codes a caller can do something about; `internal` is a defect whatever was sent. */
const EXPECTED = new Set([
  'invalid_input',
  'target_not_allowed',
  'unknown_query',
  'aws_not_found',
  'aws_rejected',
  'aws_access_denied',
  'rate_limited',
]);

let stack: Stack;
let token: string;

beforeAll(async () => {
  stack = await startStack({ env: { TOOLSETS: 'all', INSIGHTS_MAX_QUERIES_PER_USER: '100' } });
  token = await stack.token('alice');
});
afterAll(() => stack.close());

/** Times are bounded so that a run does not wait: what waits is tested elsewhere. */
const hasty = (args: Record<string, unknown>): object => ({
  ...args,
  ...('max_timeout' in args &&
    typeof args['max_timeout'] === 'number' &&
    args['max_timeout'] > 1 && { max_timeout: 1 }),
  ...('max_seconds' in args &&
    typeof args['max_seconds'] === 'number' &&
    args['max_seconds'] > 1 && { max_seconds: 1 }),
});

const awsCalls = (): unknown[] => stack.aws.calls.all().filter(({ service }) => service !== 'sts');

describe.each(tools.map((tool) => ({ name: tool.name, tool })))('$name', ({ name, tool }) => {
  it('answers arguments of its own schema, or says which field is wrong before AWS is asked', async () => {
    const waits = 'max_seconds' in tool.input.shape;
    await fc.assert(
      fc.asyncProperty(argumentsOf(tool), async (args) => {
        stack.aws.calls.clear();
        const { status, body } = await stack.call(token, name, hasty(waits ? { max_seconds: 1, ...args } : args));
        if (status === 200) {
          expect(body.result).toBeTypeOf('object');
          return;
        }
        expect(EXPECTED, `${body.error}: ${body.error_description}`).toContain(body.error);
        if (body.error !== 'invalid_input') return;
        expect(body.error_description).toMatch(/^[A-Za-z_][\w.]*: \S/);
        expect(awsCalls()).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('refuses a wrong argument by its field before AWS is asked', async () => {
    await fc.assert(
      fc.asyncProperty(wrongArgumentsOf(tool), async (args) => {
        const parsed = tool.input.safeParse(JSON.parse(JSON.stringify(args)));
        fc.pre(!parsed.success);
        stack.aws.calls.clear();
        const { status, body } = await stack.call(token, name, hasty(args));
        if (status === 200) return;
        expect(body.error_description).toMatch(/^[A-Za-z_][\w.]*: \S/);
        expect(awsCalls()).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});
