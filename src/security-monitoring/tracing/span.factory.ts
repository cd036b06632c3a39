import {
  type Attributes,
  type Context,
  context,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  propagation,
  ROOT_CONTEXT,
  trace,
} from '@opentelemetry/api';
import { ServiceError } from '../../errors.js';

const INSTRUMENTATION = 'cloudwatch-mcp-server';

/** What is known of one step. SECURITY: no argument, row, user, account or text of others: traces go to further readers. */
export interface SpanFacts {
  readonly name: string;
  readonly attributes: Attributes;
}

/** Where a message's sender says that its own trace is: W3C Trace Context. */
export interface TraceCarrier {
  readonly traceparent?: unknown;
  readonly tracestate?: unknown;
}

/**
 * A message of a client, from its arrival to the end of its answer. Its parent is the span its sender names in the
 * message itself; the HTTP request that carried it is a link beside that, since it is another conversation's.
 */
export function inRequestSpan<T>(
  facts: SpanFacts,
  message: TraceCarrier | undefined,
  headers: TraceCarrier,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const ambient = trace.getSpanContext(context.active());
  const sender = remoteSpan(message);
  const http = ambient ?? remoteSpan(headers);
  const isParent = sender === undefined && ambient !== undefined;
  const links = http === undefined || isParent ? [] : [{ context: http }];
  const parent = sender === undefined ? context.active() : trace.setSpanContext(context.active(), sender);
  return inSpan(facts, { kind: SpanKind.SERVER, links }, parent, work);
}

/** A call this server makes while it answers. */
export function inClientSpan<T>(facts: SpanFacts, work: (span: Span) => Promise<T>): Promise<T> {
  return inSpan(facts, { kind: SpanKind.CLIENT }, context.active(), work);
}

/** Marks the step in progress as failed although its work will not throw. */
export function failActiveSpan(errorType: string, attributes: Attributes = {}): void {
  const span = trace.getActiveSpan();
  if (span !== undefined) fail(span, errorType).setAttributes(attributes);
}

/** Does nothing but the work unless the operator has registered an OpenTelemetry SDK. */
function inSpan<T>(
  { name, attributes }: SpanFacts,
  options: SpanOptions,
  parent: Context,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const tracer = trace.getTracer(INSTRUMENTATION);
  return tracer.startActiveSpan(name, { ...options, attributes }, parent, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      fail(span, errorType(error));
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The status has no description: messages may hold what spans must not. */
function fail(span: Span, errorType: string): Span {
  return span.setAttribute('error.type', errorType).setStatus({ code: SpanStatusCode.ERROR });
}

function errorType(error: unknown): string {
  if (error instanceof ServiceError) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

/** Read by whichever propagator the operator has registered. SECURITY: without baggage, which would be handed on. */
function remoteSpan({ traceparent, tracestate }: TraceCarrier = {}): SpanContext | undefined {
  if (typeof traceparent !== 'string') return undefined;
  const carrier = { traceparent, ...(typeof tracestate === 'string' && { tracestate }) };
  return trace.getSpanContext(propagation.extract(ROOT_CONTEXT, carrier));
}
