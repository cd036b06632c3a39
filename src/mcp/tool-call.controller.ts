import { All, Controller, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { McpAuthGuard } from '../auth/mcp-auth.guard.js';
import { HttpRefusal, type ServiceError } from '../errors.js';
import type { AuthenticatedRequest } from '../principal.js';
import { requestFacts } from '../security-monitoring/http/request-facts.js';
import { RateLimitGuard } from '../security-monitoring/rate-limit/rate-limit.guard.js';
import { MessageReaderService } from './message-reader.service.js';
import { MessageSpanService } from './message-span.service.js';
import { ToolDispatcherService, type ToolOutcome } from './tool-dispatcher.service.js';
import { HTTP_STATUS } from './tool-error.js';
import { refusalHeaders } from './tool-policy.js';
import type { ToolImage } from './tool.js';
import { toImageContent } from './tool-result.js';

/** The tools for curl and scripts: `{"name", "arguments"}` in, `{"result"}` or `{"error", "error_description"}` out. */
@Controller('mcp/tools/call')
@UseGuards(McpAuthGuard, RateLimitGuard)
export class ToolCallController {
  constructor(
    @Inject(ToolDispatcherService) private readonly dispatcher: ToolDispatcherService,
    @Inject(MessageReaderService) private readonly messages: MessageReaderService,
    @Inject(MessageSpanService) private readonly spans: MessageSpanService,
  ) {}

  @Post()
  async call(@Req() request: Request & AuthenticatedRequest, @Res() response: Response): Promise<void> {
    const { principal } = request;
    if (principal === undefined) throw new Error('The guard let a request without a principal through');
    const { requestId } = requestFacts(request);
    const { name, args } = readCall(await this.messages.read(request, response, principal));
    const abort = new AbortController();
    response.once('close', () => abort.abort());
    const call = { principal, requestId, signal: abort.signal, progress: () => undefined };
    const outcome = await this.spans.around(request, { method: 'tools/call', params: { name } }, () =>
      this.dispatcher.dispatch(name, args, call),
    );
    if (!response.destroyed) send(response, outcome, requestId);
  }

  @All()
  otherMethods(): never {
    throw new HttpRefusal(405, 'method_not_allowed', 'Send POST.', { Allow: 'POST' });
  }
}

function readCall(body: unknown): { name: string; args: unknown } {
  const { name, arguments: args } = (body ?? {}) as { name?: unknown; arguments?: unknown };
  if (typeof name === 'string' && name !== '') return { name, args };
  throw new HttpRefusal(
    400,
    'invalid_request',
    'name: give the name of a tool, as in {"name": "get_active_alarms", "arguments": {}}.',
  );
}

function send(response: Response, outcome: ToolOutcome, requestId: string): void {
  response.setHeader('Cache-Control', 'no-store');
  if (outcome.ok) response.status(200).json({ result: outcome.output, ...imagesOf(outcome.images) });
  else
    response
      .status(HTTP_STATUS[outcome.error.code])
      .set({ ...refusalHeaders(outcome.error), ...retryAfter(outcome.error) })
      .json(body(outcome.error, requestId));
}

/** Images as MCP has them; most answers have none and keep the documented form. */
function imagesOf(images: readonly ToolImage[]): { content?: object[] } {
  return images.length === 0 ? {} : { content: images.map(toImageContent) };
}

function retryAfter({ retryAfterSeconds }: ServiceError): Record<string, string> {
  return retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
}

function body({ code, message }: ServiceError, requestId: string): object {
  return { error: code, error_description: message, request_id: requestId };
}
