import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import type { IntrospectionSettings } from '../config/introspection-settings.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { type IntrospectionAnswer, IntrospectionCache, introspectionKey } from './introspection-cache.js';
import { IntrospectionClient } from './introspection.client.js';

/** Why there is no answer: the server did not give one, or this caller may not have it asked. */
export type Unanswered = 'introspection_unavailable' | 'rate_limited';

/** May the authorization server be asked for this caller's sake? Else the reason why not. */
export type AskLeave = () => Promise<true | Unanswered>;

/** Questions under way at once; more wait for nothing and are told to come again. */
const MAX_IN_FLIGHT = 200;
/** So many failures in a row make the way in count as closed. */
const FAILURES_UNTIL_UNUSABLE = 3;
const PROBE_PAUSE_MS = 2000;
/** No token of anybody: asking for it shows that the server answers and knows this client. */
const PROBE = 'readiness-probe';

/**
 * What the authorization server says of opaque tokens. One question at a time for each token, its answer kept for a
 * while; an answer once kept serves on while the server is down.
 */
@Injectable()
export class IntrospectionService implements OnApplicationBootstrap {
  readonly settings?: IntrospectionSettings;
  readonly #client?: IntrospectionClient;
  private readonly cache = new IntrospectionCache();
  readonly #inFlight = new Map<string, Promise<IntrospectionAnswer | Unanswered>>();
  #answered = false;
  #failures = 0;
  #nextProbe = 0;

  constructor(
    @Inject(APP_CONFIG) { auth }: AppConfig,
    private readonly events: SecurityEventsService,
  ) {
    this.settings = auth.introspection;
    if (auth.introspection !== undefined) this.#client = new IntrospectionClient(auth.introspection);
  }

  /** Asks once ahead of the first token; the start does not wait for it. */
  onApplicationBootstrap(): void {
    this.#probe();
  }

  /** What is said of a token. `mayAsk` is called before a question is asked for the caller's sake; never rejects. */
  async answerFor(token: string, mayAsk: AskLeave): Promise<IntrospectionAnswer | Unanswered> {
    const key = introspectionKey(token);
    for (;;) {
      const kept = this.cache.get(key, Date.now());
      if (kept !== undefined) {
        this.#record('cached');
        return kept;
      }
      const underWay = this.#inFlight.get(key);
      if (underWay === undefined) break;
      const answer = await underWay;
      // Refused for the sake of another caller, or of nobody: this one has a budget of its own.
      if (answer !== 'rate_limited') return answer;
    }
    const asking = this.#ask(token, key, mayAsk).finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, asking);
    return asking;
  }

  /**
   * The state of the authorization server: none when introspection is off. Asking has a failing server tried again, so
   * that a server without traffic heals by its health checks.
   */
  states(): readonly { readonly issuer: string; readonly usable: boolean; readonly degraded: boolean }[] {
    if (this.settings === undefined) return [];
    if (!this.#answered || this.#failures > 0) this.#probe();
    const usable = this.#answered && this.#failures < FAILURES_UNTIL_UNUSABLE;
    return [{ issuer: this.settings.issuer, usable, degraded: this.#failures > 0 }];
  }

  async #ask(token: string, key: string, mayAsk: AskLeave): Promise<IntrospectionAnswer | Unanswered> {
    if (this.#inFlight.size >= MAX_IN_FLIGHT) return 'introspection_unavailable';
    const leave = await mayAsk();
    return leave === true ? this.#question(token, key) : leave;
  }

  async #question(token: string, key: string): Promise<IntrospectionAnswer | Unanswered> {
    if (this.#client === undefined) return 'introspection_unavailable';
    try {
      const claims = await this.#client.introspect(token);
      this.#answered = true;
      this.#failures = 0;
      // SECURITY: only the boolean; "true", 1 and an absent member are no answer that lets anybody in (RFC 7662 section 2.2).
      const answer = this.cache.keep(key, claims.active === true ? claims : 'inactive', Date.now());
      this.#record(typeof answer === 'string' ? 'inactive' : 'active');
      return answer;
    } catch (error) {
      this.#failures++;
      this.#record('failed', error instanceof Error ? error.message : String(error));
      return 'introspection_unavailable';
    }
  }

  #probe(): void {
    const now = Date.now();
    if (this.#client === undefined || now < this.#nextProbe) return;
    this.#nextProbe = now + PROBE_PAUSE_MS;
    void this.#question(PROBE, introspectionKey(PROBE));
  }

  #record(outcome: 'cached' | 'active' | 'inactive' | 'failed', detail?: string): void {
    if (this.settings === undefined) return;
    this.events.record({ name: 'token.introspected', issuer: this.settings.issuer, outcome, detail });
  }
}
