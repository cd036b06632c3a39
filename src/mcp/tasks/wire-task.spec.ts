import { describe, expect, it } from 'vitest';
import { pollIntervalMs, TASK_TTL_MS, toWireTask } from './wire-task.js';

const SEEN = { id: 'the-id', createdAt: Date.UTC(2026, 10, 20, 10), seenAt: Date.UTC(2026, 10, 20, 10, 0, 5) };
const ALWAYS = {
  taskId: 'the-id',
  createdAt: '2026-11-20T10:00:00.000Z',
  lastUpdatedAt: '2026-11-20T10:00:05.000Z',
  ttlMs: TASK_TTL_MS,
  pollIntervalMs: 1_000,
};

describe('toWireTask', () => {
  it('tells a task at work without a result', () => {
    const task = toWireTask(SEEN, { status: 'working', message: 'Running: 7 log events scanned' });
    expect(task).toEqual({ ...ALWAYS, status: 'working', statusMessage: 'Running: 7 log events scanned' });
  });

  it('puts the result of a completed task in, a tool error included', () => {
    const output = { content: [{ type: 'text' as const, text: '[aws_access_denied]' }], isError: true };
    expect(toWireTask(SEEN, { status: 'completed', output })).toEqual({
      ...ALWAYS,
      status: 'completed',
      result: { resultType: 'complete', ...output },
    });
  });

  it.each([
    [{ status: 'cancelled' as const }, {}],
    [{ status: 'failed' as const, error: { code: -32603, message: 'no' } }, { error: { code: -32603, message: 'no' } }],
    [{ status: 'input_required' as const, inputRequests: { a: {} } }, { inputRequests: { a: {} } }],
  ])('tells %j with what belongs to it alone', (state, more) => {
    expect(toWireTask(SEEN, state)).toEqual({ ...ALWAYS, status: state.status, ...more });
  });
});

describe('pollIntervalMs', () => {
  it('asks for fewer looks the longer a task takes', () => {
    expect([0, 14_999, 15_000, 119_999, 120_000, 3_600_000].map(pollIntervalMs)).toEqual([
      1_000, 1_000, 3_000, 3_000, 10_000, 10_000,
    ]);
  });
});
