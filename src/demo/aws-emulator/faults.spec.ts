import { describe, expect, it } from 'vitest';
import { FaultPlan } from './faults.js';

const OPERATION = 'sts:AssumeRole';

describe('FaultPlan.take', () => {
  it('hits as many calls as told, those of the operation and of the principal only', () => {
    const plan = new FaultPlan();
    plan.add({ operation: OPERATION, kind: 'throttle', times: 2, principalContains: 'alice' });
    expect(plan.take(OPERATION, 'bob').failure).toBeUndefined();
    expect(plan.take('logs:StartQuery', 'alice').failure).toBeUndefined();
    expect([1, 2, 3].map(() => plan.take(OPERATION, 'alice-1').failure)).toEqual(['throttle', 'throttle', undefined]);
  });

  it('gives an error the name it was planned with', () => {
    const plan = new FaultPlan();
    plan.add({ operation: OPERATION, kind: 'error', code: 'IDPRejectedClaim' });
    expect(plan.take(OPERATION, 'alice')).toMatchObject({ failure: 'error', code: 'IDPRejectedClaim' });
  });

  it('hits about the share of calls it is told', () => {
    const plan = new FaultPlan();
    plan.add({ operation: OPERATION, kind: 'throttle', share: 0.8 });
    const hit = Array.from({ length: 5_000 }, () => plan.take(OPERATION, 'alice')).filter(({ failure }) => failure);
    expect(hit.length / 5_000).toBeGreaterThan(0.75);
    expect(hit.length / 5_000).toBeLessThan(0.85);
  });

  it('adds up delays and hits with the first failure', () => {
    const plan = new FaultPlan();
    plan.add({ operation: '*', kind: 'latency', latencyMs: 10 });
    plan.add({ operation: '*', kind: 'latency', latencyMs: 5 });
    plan.add({ operation: '*', kind: 'reset' });
    plan.add({ operation: '*', kind: 'throttle' });
    expect(plan.take(OPERATION, 'alice')).toMatchObject({ delayMs: 15, failure: 'reset' });
    plan.clear();
    expect(plan.take(OPERATION, 'alice')).toEqual({ delayMs: 0 });
  });
});
