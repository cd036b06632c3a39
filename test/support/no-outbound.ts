import { Socket } from 'node:net';
import { afterEach, expect } from 'vitest';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;
const GUARDED = Symbol.for('cloudwatch-mcp-server.no-outbound');

const attempts: string[] = [];

interface Guardable {
  [GUARDED]?: true;
  connect: (...args: unknown[]) => unknown;
}

/** Every connection to anything but loopback is refused, and fails the test during which it was tried. */
function guard(prototype: Guardable): void {
  if (prototype[GUARDED]) return;
  prototype[GUARDED] = true;
  const { connect } = prototype;
  prototype.connect = function refuseOutbound(this: Guardable, ...args: unknown[]): unknown {
    const host = hostOf(args);
    if (host === undefined || LOOPBACK.test(host)) return connect.apply(this, args);
    attempts.push(host);
    throw new Error(`A test tried to reach ${host}`);
  };
}

function hostOf(args: unknown[]): string | undefined {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === 'number') return typeof second === 'string' ? second : undefined;
  const { host, path } = (first ?? {}) as { host?: string; path?: string };
  return path === undefined ? host : undefined;
}

guard(Socket.prototype as unknown as Guardable);

afterEach(() => {
  expect(attempts.splice(0), 'connections beyond loopback').toEqual([]);
});
