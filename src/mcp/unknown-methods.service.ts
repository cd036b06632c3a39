import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerCapabilities,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { Inject } from '@nestjs/common';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import type { McpRequest } from './mcp-request.js';
import { type MethodFamily, ProvidesMethods, type Serving } from './method-family.js';

/** Methods that there are none of: answered as JSON-RPC says, and recorded. */
@ProvidesMethods()
export class UnknownMethodsService implements MethodFamily {
  constructor(@Inject(SecurityEventsService) private readonly events: SecurityEventsService) {}

  capabilities(): ServerCapabilities {
    return {};
  }

  register(server: McpServer, serving: Serving): void {
    // There the answer has a status, which only the SDK gives, where there is no handler; who sees the status records it.
    if (serving.wanted?.modern === true) return;
    server.server.fallbackRequestHandler = (_request: unknown, context: ServerContext): Promise<never> => {
      this.record(serving.requestOf(context));
      return Promise.reject(new ProtocolError(ProtocolErrorCode.MethodNotFound, 'Method not found'));
    };
  }

  record({ principal, requestId }: Pick<McpRequest, 'principal' | 'requestId'>): void {
    this.events.record({ name: 'tool.denied', requestId, principal, reason: 'unknown_method' });
  }
}
