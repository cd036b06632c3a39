import { describe, expect, it } from 'vitest';
import { measuredMethod } from './measured-method.js';

describe('measuredMethod', () => {
  it.each([
    [{ id: 1, method: 'tools/call' }, 'tools/call'],
    [{ id: 'a', method: 'initialize' }, 'initialize'],
    [{ id: 1, method: 'tasks/get' }, 'tasks/get'],
    [{ id: 1, method: 'tasks/update' }, 'other'],
    [{ id: 1, method: 'ping' }, 'other'],
    [{ id: 1, method: 'tools/call"} 1\n' }, 'other'],
    [{ id: 1, method: ['tools/call'] }, 'other'],
    [{ id: 1 }, 'other'],
    [{ method: 'notifications/initialized' }, undefined],
    [{ id: 1, method: 'subscriptions/listen' }, undefined],
  ])('measures %j under %s', (message, method) => {
    expect(measuredMethod(message)).toBe(method);
  });
});
