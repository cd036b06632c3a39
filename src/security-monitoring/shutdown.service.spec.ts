import { describe, expect, it } from 'vitest';
import { ShutdownService } from './shutdown.service.js';

const forever = (): Promise<never> => new Promise(() => undefined);

describe('ShutdownService', () => {
  it('takes one step at a time', () => {
    const shutdown = new ShutdownService();
    const steps = (): boolean[] => [shutdown.begun.aborted, shutdown.endWaiting.aborted];
    expect(steps()).toEqual([false, false]);
    shutdown.begin();
    expect(steps()).toEqual([true, false]);
    shutdown.stopWaiting();
    expect(steps()).toEqual([true, true]);
  });

  it('leaves work alone until only the time for an answer is left', async () => {
    const shutdown = new ShutdownService();
    shutdown.begin();
    shutdown.stopWaiting();
    expect(await shutdown.race(Promise.resolve('done'))).toBe('done');
    await expect(shutdown.race(Promise.reject(new Error('its own')))).rejects.toThrow('its own');
    const running = shutdown.race(forever());
    shutdown.answerNow();
    await expect(running).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 });
    await expect(shutdown.race(forever())).rejects.toMatchObject({ code: 'unavailable' });
  });
});
