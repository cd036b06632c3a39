import { All, Controller, Inject, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { McpAuthGuard } from '../auth/mcp-auth.guard.js';
import { HttpRefusal } from '../errors.js';
import type { AuthenticatedRequest, Principal } from '../principal.js';
import { requestFacts } from '../security-monitoring/http/request-facts.js';
import { RateLimitGuard } from '../security-monitoring/rate-limit/rate-limit.guard.js';
import { acceptedForm } from './accept.js';
import { sendJsonRpcRefusal } from './json-rpc-refusal.js';
import { failActiveSpan } from '../security-monitoring/tracing/span.factory.js';
import { McpEndpointService } from './mcp-endpoint.service.js';
import { MessageReaderService } from './message-reader.service.js';
import { MessageSpanService } from './message-span.service.js';
import { SessionEndpointService } from './sessions/session-endpoint.service.js';

/** The MCP endpoint. Host and Origin were checked before; the body is read last, and for known callers only. */
@Controller('mcp')
@UseGuards(McpAuthGuard, RateLimitGuard)
export class McpController {
  constructor(
    @Inject(McpEndpointService) private readonly endpoint: McpEndpointService,
    @Inject(SessionEndpointService) private readonly sessions: SessionEndpointService,
    @Inject(MessageReaderService) private readonly messages: MessageReaderService,
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
    if (request.method !== 'POST') return this.sessions.other(request, response, principal);
    const form = acceptedForm(request.headers.accept);
    if (form === undefined) {
      throw new HttpRefusal(406, 'invalid_request', 'Accept application/json and text/event-stream.');
    }
    const body = await this.messages.read(request, response, principal);
    const post = { principal, requestId, body, form };
    await this.spans.around(request, body, async () => {
      if (await this.sessions.takes(request, post)) await this.sessions.post(request, response, post);
      else await this.endpoint.serve(request, response, post);
      if (response.statusCode >= 400) failActiveSpan(String(response.statusCode));
    });
  }
}
