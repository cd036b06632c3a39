import type { IncomingHttpHeaders } from 'node:http';
import { isObject, type JsonObject, type Request } from './json-rpc.js';
import { headerValue } from './request-headers.js';

/** What a client of an older revision and the server agreed on, which HTTP repeats with every message. */
interface Agreement {
  readonly initialize: Request;
  readonly version: string | undefined;
  readonly sessionId: string | undefined;
}

/** Remembers the handshake of an older client, and repeats it when the server no longer knows the session. */
export class Handshake {
  #agreed: Agreement | undefined;
  #underWay: Promise<unknown> = Promise.resolve();
  #renewal: Promise<boolean> | undefined;

  /** Resolves when no handshake is under way: what a client sends right behind its own needs the outcome. */
  get settled(): Promise<unknown> {
    return this.#underWay;
  }

  /** Takes note of a handshake that has begun and ends, in whatever way, with `end`. */
  begin(end: Promise<unknown>): void {
    this.#underWay = end;
  }

  /** Takes what was agreed from the server's answer. */
  learn(initialize: Request, { result }: JsonObject, headers: IncomingHttpHeaders): void {
    if (!isObject(result)) return;
    const { protocolVersion } = result;
    const sessionId = headers['mcp-session-id'];
    this.#agreed = {
      initialize,
      version: typeof protocolVersion === 'string' ? protocolVersion : undefined,
      sessionId: typeof sessionId === 'string' ? sessionId : undefined,
    };
  }

  get sessionId(): string | undefined {
    return this.#agreed?.sessionId;
  }

  headers(): Record<string, string> {
    const { version, sessionId } = this.#agreed ?? {};
    return {
      ...(version !== undefined && { 'MCP-Protocol-Version': headerValue(version) }),
      ...(sessionId !== undefined && { 'Mcp-Session-Id': headerValue(sessionId) }),
    };
  }

  /**
   * Makes a new session by `repeat`ing the client's initialize request, once for all who found `lost` unknown. Whether
   * there is another session now.
   */
  async renew(lost: string, repeat: (initialize: Request) => Promise<void>): Promise<boolean> {
    if (this.sessionId === lost && this.#agreed !== undefined) {
      const { initialize } = this.#agreed;
      this.#renewal ??= repeat(initialize).then(
        () => this.sessionId !== lost,
        () => false,
      );
      await this.#renewal;
      this.#renewal = undefined;
    }
    return this.sessionId !== lost;
  }
}
