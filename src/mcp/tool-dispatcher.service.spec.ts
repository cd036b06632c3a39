import { Inject, Module } from '@nestjs/common';
import { DiscoveryModule, REQUEST } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { APP_CONFIG, loadAppConfig } from '../config/app-config.js';
import { ServiceError } from '../errors.js';
import { LOCAL_PRINCIPAL, type Principal } from '../principal.js';
import type { SecurityEvent } from '../security-monitoring/security-event.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { ShutdownService } from '../security-monitoring/shutdown.service.js';
import { defineTool, ProvidesTool, READ_ONLY, type ToolCall } from './tool.js';
import { CallRunnerService } from './call-runner.service.js';
import { type IncomingCall, ToolDispatcherService } from './tool-dispatcher.service.js';
import { ToolRegistryService } from './tool-registry.service.js';

const whoAmI = defineTool({
  name: 'who_am_i',
  title: 'Who am I',
  description: 'Tells whose call this is.',
  input: z.strictObject({ wait: z.number().default(0), fail: z.enum(['ours', 'foreign']).optional() }),
  output: z.object({ subject: z.string(), built: z.number() }),
  toolset: 'logs',
  iamActions: [],
  annotations: READ_ONLY,
  slow: false,
});

let built = 0;

@ProvidesTool(whoAmI)
class WhoAmITool {
  private readonly number = (built += 1);

  constructor(@Inject(REQUEST) private readonly call: ToolCall) {}

  async execute({ wait, fail }: z.output<typeof whoAmI.input>): Promise<{ subject: string; built: number }> {
    await new Promise((resolve) => setTimeout(resolve, wait));
    this.call.reached?.({ region: 'eu-west-1', account: '111122223333', sessionName: 'alice-session' });
    if (fail === 'ours') throw new ServiceError('no_role', 'No role.', { detail: 'for the operator' });
    if (fail === 'foreign') throw new Error('AKIAIOSFODNN7EXAMPLE at /srv/app/secret.ts');
    return { subject: this.call.principal.subject, built: this.number };
  }
}

const ring = defineTool({ ...whoAmI, name: 'ring', toolset: 'alarms' });

@ProvidesTool(ring)
class RingTool extends WhoAmITool {}

@Module({ providers: [WhoAmITool, RingTool] })
class ToolRoom {}

const events: SecurityEvent[] = [];
let dispatcher: ToolDispatcherService;

beforeAll(async () => {
  const app = await Test.createTestingModule({
    imports: [DiscoveryModule, ToolRoom],
    providers: [
      ToolRegistryService,
      ToolDispatcherService,
      CallRunnerService,
      ShutdownService,
      {
        provide: APP_CONFIG,
        useValue: loadAppConfig({
          OIDC_ISSUER: 'https://idp.test',
          AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/Reader',
          OAUTH_REQUIRED_SCOPES: 'cw:read',
          TOOL_SCOPES: 'alarms=cw:query',
        }),
      },
      { provide: SecurityEventsService, useValue: { record: (event: SecurityEvent) => events.push(event) } },
    ],
  }).compile();
  await app.init();
  dispatcher = app.get(ToolDispatcherService);
});

beforeEach(() => {
  events.length = 0;
});

const call = (subject = 'alice', signal = new AbortController().signal): IncomingCall => ({
  principal: { ...LOCAL_PRINCIPAL, subject } satisfies Principal,
  requestId: 'request-1',
  signal,
  progress: () => undefined,
});

describe('dispatch', () => {
  it('builds a tool of its own for every call, each seeing its own caller only [B6]', async () => {
    const subjects = Array.from({ length: 200 }, (_, index) => `user-${index}`);
    const outcomes = await Promise.all(
      subjects.map((subject, index) => dispatcher.dispatch('who_am_i', { wait: index % 7 }, call(subject))),
    );
    expect(outcomes.map((outcome) => outcome.ok && outcome.output['subject'])).toEqual(subjects);
    expect(new Set(outcomes.map((outcome) => outcome.ok && outcome.output['built'])).size).toBe(200);
  });

  it('records one call with its outcome, its duration and where it went [LOG-04]', async () => {
    await dispatcher.dispatch('who_am_i', { wait: 20 }, call());
    expect(events).toEqual([
      expect.objectContaining({
        name: 'tool.called',
        target: { region: 'eu-west-1', account: '111122223333', sessionName: 'alice-session' },
        durationMs: expect.toSatisfy((ms: number) => ms >= 19 && ms < 2_000),
      }),
    ]);
  });

  it('records one call with its outcome and nothing of its arguments', async () => {
    await dispatcher.dispatch('who_am_i', {}, call());
    expect(events).toEqual([
      expect.objectContaining({ name: 'tool.called', tool: 'who_am_i', outcome: 'ok', requestId: 'request-1' }),
    ]);
  });

  it('passes our own errors on, and counts a refusal under its reason', async () => {
    const outcome = await dispatcher.dispatch('who_am_i', { fail: 'ours' }, call());
    expect(outcome).toMatchObject({ ok: false, error: { code: 'no_role', message: 'No role.' } });
    expect(events).toEqual([
      expect.objectContaining({ name: 'tool.denied', reason: 'no_role', code: 'no_role', detail: 'for the operator' }),
    ]);
  });

  it('shows nothing of a foreign error but the request id; the operator gets the stack [MCP-21]', async () => {
    const outcome = await dispatcher.dispatch('who_am_i', { fail: 'foreign' }, call());
    expect(outcome).toMatchObject({ ok: false, error: { code: 'internal' } });
    const message = outcome.ok ? '' : outcome.error.message;
    expect(message).toContain('request-1');
    expect(message).not.toMatch(/AKIA|srv|secret/);
    expect(events[0]).toMatchObject({
      name: 'tool.called',
      code: 'internal',
      fault: expect.objectContaining({ message: expect.stringContaining('secret.ts') }),
    });
  });

  it('refuses wrong arguments before the tool is built', async () => {
    const before = built;
    const outcome = await dispatcher.dispatch('who_am_i', { wait: 'long' }, call());
    expect(outcome).toMatchObject({ ok: false, error: { code: 'invalid_input' } });
    expect(built).toBe(before);
    expect(events[0]).toMatchObject({ name: 'tool.denied', reason: 'invalid_args' });
  });

  it.each(['no_such_tool', '__proto__', 'constructor', 'toString', '../x', '', '💥'.repeat(5000)])(
    'answers the unknown tool %j alike, with a short printable name [MCP-11]',
    async (name) => {
      const outcome = await dispatcher.dispatch(name, {}, call());
      expect(outcome).toMatchObject({ ok: false, error: { code: 'unknown_tool' } });
      expect(outcome.ok ? '' : outcome.error.message).toMatch(/^Unknown tool: [\x20-\x7e]{0,64}$/);
      expect(events).toEqual([expect.objectContaining({ name: 'tool.denied', reason: 'unknown_tool' })]);
    },
  );

  it('refuses a call without the scope of its tool before anything of it is built [A14]', async () => {
    const before = built;
    const token: Principal = { ...LOCAL_PRINCIPAL, method: 'jwt', scopes: ['cw:read'] };
    for (const principal of [token, { ...token, scopes: ['cw:query'] }, { ...token, method: 'api-key' as const }]) {
      events.length = 0;
      const outcome = await dispatcher.dispatch('ring', {}, { ...call(), principal });
      expect(outcome).toMatchObject({ ok: false, error: { code: 'insufficient_scope' } });
      expect(events[0]).toMatchObject({ name: 'tool.denied', tool: 'ring', reason: 'scope' });
    }
    expect(built).toBe(before);
    const granted = { ...token, scopes: ['cw:query', 'cw:read'] };
    expect(await dispatcher.dispatch('ring', {}, { ...call(), principal: granted })).toMatchObject({ ok: true });
  });

  it('records a cancelled call as cancelled, whatever it failed with', async () => {
    const abort = new AbortController();
    const running = dispatcher.dispatch('who_am_i', { wait: 20, fail: 'foreign' }, call('alice', abort.signal));
    abort.abort();
    expect(await running).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(events).toEqual([expect.objectContaining({ name: 'tool.cancelled', tool: 'who_am_i' })]);
  });
});
