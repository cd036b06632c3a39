import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { messageSpan } from '../security-monitoring/tracing/span-facts.js';
import { inRequestSpan, type TraceCarrier } from '../security-monitoring/tracing/span.factory.js';
import { ToolRegistryService } from './tool-registry.service.js';

const METHODS: ReadonlySet<unknown> = new Set([
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'tools/call',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'completion/complete',
  'tasks/get',
  'tasks/update',
  'tasks/cancel',
  'subscriptions/listen',
  'notifications/initialized',
  'notifications/cancelled',
]);

/** What of a message its span is made from; nothing of it is believed to be well formed. */
export interface IncomingMessageShape {
  readonly method?: unknown;
  readonly params?: { readonly name?: unknown; readonly _meta?: TraceCarrier | null };
}

/** The span of each message, whichever way it came in. */
@Injectable()
export class MessageSpanService {
  constructor(private readonly registry: ToolRegistryService) {}

  around<T>(request: IncomingMessage, body: unknown, work: () => Promise<T>): Promise<T> {
    const { method, params } = (body ?? {}) as IncomingMessageShape;
    const { traceparent, tracestate, 'mcp-protocol-version': version } = request.headers;
    const facts = messageSpan({
      method: METHODS.has(method) ? (method as string) : '_OTHER',
      tool: method === 'tools/call' ? this.registry.find(String(params?.name))?.definition.name : undefined,
      protocolVersion: /^\d{4}-\d{2}-\d{2}$/.exec(String(version))?.[0],
    });
    return inRequestSpan(facts, params?._meta ?? undefined, { traceparent, tracestate }, work);
  }
}
