import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ScopeChallengeHandler } from '@modelcontextprotocol/server';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { HttpRefusal } from '../../errors.js';
import { type Principal, principalKey } from '../../principal.js';
import { requestFacts } from '../../security-monitoring/http/request-facts.js';
import { SecurityEventsService } from '../../security-monitoring/security-events.service.js';
import { ShutdownService } from '../../security-monitoring/shutdown.service.js';
import { fromAuthInfo } from '../mcp-request.js';
import { McpServerFactory } from '../mcp-server.factory.js';
import { McpSession } from './mcp-session.js';
import { SessionTable } from './session-table.js';

/** Sessions one caller may have, and all callers together, on each replica. */
const PER_OWNER = 10;
const TOTAL = 1_000;

/** The sessions of clients of specification revisions before 2026-07-28, kept in this process only. */
@Injectable()
export class SessionsService implements OnModuleInit, OnApplicationShutdown {
  readonly #table: SessionTable<McpSession>;
  #sweep?: NodeJS.Timeout;

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly servers: McpServerFactory,
    private readonly events: SecurityEventsService,
    private readonly shutdown: ShutdownService,
  ) {
    const idleMs = (config.sessions?.idleSeconds ?? 0) * 1_000;
    this.#table = new SessionTable({ perOwner: PER_OWNER, total: TOTAL, idleMs });
  }

  /** Whether sessions are kept at all. */
  get enabled(): boolean {
    return this.config.sessions !== undefined;
  }

  onModuleInit(): void {
    if (this.config.sessions === undefined) return;
    const everyMs = Math.min(this.config.sessions.idleSeconds * 100, 30_000);
    this.#sweep = setInterval(() => this.#endAll(this.#table.expired(performance.now())), everyMs).unref();
    // They never end by themselves, and nothing is lost with them: a client opens another one elsewhere.
    const stopListening = (): void => this.#table.all().forEach((session) => session.stopListening());
    this.shutdown.begun.addEventListener('abort', stopListening, { once: true });
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#sweep);
    await this.#endAll(this.#table.all());
  }

  /**
   * A new session of this caller, who may lose the longest unused one for it.
   * @throws HttpRefusal 429 or 503 when there are as many as there may be
   */
  async open(principal: Principal): Promise<McpSession> {
    const facts = { id: newSessionId(), owner: principalKey(principal), now: performance.now() };
    const server = this.servers.createFor({ requestOf: ({ http }) => fromAuthInfo(http?.authInfo) });
    const session = await McpSession.open(facts, server, this.#challenge);
    const replaced = this.#table.add(session);
    if (replaced !== undefined) void replaced.close();
    return session;
  }

  /**
   * The caller's session that a request names.
   * @throws HttpRefusal 400 when it names none; 404, the same for every other reason, upon which clients open a new one
   */
  find(request: IncomingMessage, principal: Principal): McpSession {
    const id = request.headers['mcp-session-id'];
    if (typeof id !== 'string' || id === '') {
      throw new HttpRefusal(400, 'invalid_request', 'Send the Mcp-Session-Id that initialize was answered with.');
    }
    const session = this.#table.find(id, principalKey(principal), performance.now());
    if (session !== undefined) return session;
    // SECURITY: known to the operator only; whether someone else has a session of this id is nobody's business.
    if (this.#table.isOfAnother(id, principalKey(principal))) {
      const { method } = principal;
      this.events.record({
        name: 'auth.failure',
        request: requestFacts(request),
        reason: 'session_mismatch',
        method,
      });
    }
    throw new HttpRefusal(404, 'not_found', 'Session not found. Send initialize again, without Mcp-Session-Id.');
  }

  /** How many other sessions of this one's owner have a client that listens. */
  listeningBeside(session: McpSession): number {
    return this.#table.of(session.owner).filter((other) => other !== session && other.listening).length;
  }

  /** Ends a session: its streams close, and what runs in it is aborted. */
  async end(session: McpSession): Promise<void> {
    this.#table.remove(session);
    await session.close();
  }

  get size(): number {
    return this.#table.size;
  }

  async #endAll(sessions: readonly McpSession[]): Promise<void> {
    await Promise.all(sessions.map((session) => this.end(session)));
  }

  /** As for a request without a session: by what a server made for this one message asks. */
  readonly #challenge: ScopeChallengeHandler = (context) =>
    this.servers.create(context.authInfo).resolveScopeChallenge(context);
}

/** 192 random bits. */
function newSessionId(): string {
  return randomBytes(24).toString('base64url');
}
