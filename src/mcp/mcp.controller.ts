import { All, Controller, Inject, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { McpAuthGuard } from '../auth/mcp-auth.guard.js';
import { HttpRefusal } from '../errors.js';
import type { AuthenticatedRequest, Principal } from '../principal.js';
import { requestFacts } from '../security-monitoring/http/request-facts.js';
import { RateLimitGuard } from '../security-monitoring/rate-limit/rate-limit.guard.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { acceptedForm } from './accept.js';
import { sendJsonRpcRefusal } from './json-rpc-refusal.js';
import { failActiveSpan } from '../security-monitoring/tracing/span.factory.js';
import { McpEndpointService } from './mcp-endpoint.service.js';
import { MessageSpanService } from './message-span.service.js';
import { readJsonBody } from './request-body.js';

/** The MCP endpoint. Host and Origin were checked before; the body is read last, and for known callers only. */
@Controller('mcp')
@UseGuards(McpAuthGuard, RateLimitGuard)
export class McpController {
  constructor(
    @Inject(McpEndpointService) private readonly endpoint: McpEndpointService,
    @Inject(SecurityEventsService) private readonly events: SecurityEventsService,
    @Inject(MessageSpanService) private readonly spans: MessageSpanService,
  ) {}

  @All()
  async handle(@Req() request: Request & AuthenticatedRequest, @Res() response: Response): Promise<void> {
    const { principal } = request;
    if (principal === undefined) throw new Error('The guard let a request without a principal through');
    try {
      await this.serve(request, response, principal);
    } catch (error) {
      if (!(error instanceof HttpRefusal) || response.headersSent) throw error;
      sendJsonRpcRefusal(request, response, error);
    }
  }

  private async serve(request: Request, response: Response, principal: Principal): Promise<void> {
    const { requestId } = requestFacts(request);
    if (request.method !== 'POST') {
      throw new HttpRefusal(405, 'method_not_allowed', 'Send POST; this server keeps no sessions.', { Allow: 'POST' });
    }
    const form = acceptedForm(request.headers.accept);
    if (form === undefined) {
      throw new HttpRefusal(406, 'invalid_request', 'Accept application/json and text/event-stream.');
    }
    const body = await this.readBody(request, response, principal);
    await this.spans.around(request, body, async () => {
      await this.endpoint.serve(request, response, { principal, requestId, body, form });
      if (response.statusCode >= 400) failActiveSpan(String(response.statusCode));
    });
  }

  private async readBody(request: Request, response: Response, principal: Principal): Promise<unknown> {
    const { requestId } = requestFacts(request);
    try {
      const body = await readJsonBody(request, response);
      if (!Array.isArray(body)) return body;
      this.events.record({ name: 'tool.denied', requestId, principal, reason: 'batch' });
      throw new HttpRefusal(400, 'invalid_request', 'Batches are not supported; send one message per request.');
    } catch (error) {
      if (error instanceof HttpRefusal && error.status === 413) {
        this.events.record({ name: 'tool.denied', requestId, principal, reason: 'too_large' });
      }
      throw error;
    }
  }
}
