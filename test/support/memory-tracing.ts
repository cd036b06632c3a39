import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import {
  type Attributes,
  type Context,
  context,
  type ContextManager,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  type SpanStatus,
  SpanStatusCode,
  type TextMapPropagator,
  trace,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';

/** A span as it was when it ended. */
export interface EndedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly spanContext: SpanContext;
  readonly parent?: SpanContext;
  readonly links: readonly Link[];
  readonly attributes: Attributes;
  readonly status: SpanStatus;
  readonly events: readonly unknown[];
}

class MemorySpan implements Span {
  readonly #context: SpanContext;
  readonly #attributes: Attributes = {};
  readonly #events: unknown[] = [];
  #status: SpanStatus = { code: SpanStatusCode.UNSET };

  constructor(
    private readonly name: string,
    private readonly options: SpanOptions,
    private readonly parent: SpanContext | undefined,
    private readonly ended: EndedSpan[],
  ) {
    const traceId = parent?.traceId ?? randomBytes(16).toString('hex');
    this.#context = { traceId, spanId: randomBytes(8).toString('hex'), traceFlags: 1 };
    this.setAttributes(options.attributes ?? {});
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  setAttribute(key: string, value: Attributes[string]): this {
    this.#attributes[key] = value;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    Object.assign(this.#attributes, attributes);
    return this;
  }

  setStatus(status: SpanStatus): this {
    this.#status = status;
    return this;
  }

  addEvent(...event: unknown[]): this {
    this.#events.push(event);
    return this;
  }

  recordException(exception: unknown): void {
    this.#events.push(exception);
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  updateName(): this {
    return this;
  }

  isRecording(): boolean {
    return true;
  }

  end(): void {
    const { name, parent, options } = this;
    const { kind = SpanKind.INTERNAL, links = [] } = options;
    const facts = { spanContext: this.#context, attributes: this.#attributes, status: this.#status };
    this.ended.push({ name, kind, parent, links, events: this.#events, ...facts });
  }
}

/** What an operator would load an OpenTelemetry SDK for, kept in memory. One at a time in a process. */
export class MemoryTracing implements TracerProvider {
  readonly ended: EndedSpan[] = [];

  register(): this {
    trace.setGlobalTracerProvider(this);
    context.setGlobalContextManager(new AsyncContextManager());
    propagation.setGlobalPropagator(TRACEPARENT_ONLY);
    return this;
  }

  unregister(): void {
    trace.disable();
    context.disable();
    propagation.disable();
  }

  getTracer(): Tracer {
    const startSpan: Tracer['startSpan'] = (name, options = {}, parent = context.active()) =>
      new MemorySpan(name, options, trace.getSpanContext(parent), this.ended);
    return {
      startSpan,
      startActiveSpan: (name: string, ...rest: unknown[]) => {
        const work = rest.pop() as (span: Span) => unknown;
        const [options, parent = context.active()] = rest as [SpanOptions?, Context?];
        const span = startSpan(name, options, parent);
        return context.with(trace.setSpan(parent, span), () => work(span));
      },
    };
  }
}

class AsyncContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    work: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(active, () => work.apply(thisArg, args));
  }

  bind<T>(_active: Context, target: T): T {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}

const TRACEPARENT_ONLY: TextMapPropagator = {
  inject: () => undefined,
  fields: () => ['traceparent'],
  extract: (into, carrier, getter) => {
    const [, traceId, spanId] =
      /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(String(getter.get(carrier, 'traceparent'))) ?? [];
    if (traceId === undefined || spanId === undefined) return into;
    return trace.setSpanContext(into, { traceId, spanId, traceFlags: 1, isRemote: true });
  },
};
