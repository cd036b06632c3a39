import { ChildProcess } from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isIP, Socket } from 'node:net';

/**
 * Loaded with `--import` before a program: writes down whom it asks for by name, where it connects to and what it
 * starts, below everything that could do so. Names and addresses beyond loopback lead nowhere.
 */
const file = process.env['EGRESS_FILE'] ?? '';
delete process.env['EGRESS_FILE'];

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

type Anything = (this: unknown, ...args: unknown[]) => unknown;

function note(what: string): void {
  appendFileSync(file, `${what}\n`);
}

const failure = (code: string, text: string): Error => Object.assign(new Error(`${code} ${text}`), { code });

/** Puts something before a method; what it returns, other than undefined, takes the method's place. */
function before(holder: object, name: string, first: Anything): void {
  const methods = holder as Record<string, Anything>;
  const original = methods[name];
  if (original === undefined) return;
  methods[name] = function recorded(this: unknown, ...args: unknown[]): unknown {
    return first.apply(this, args) ?? original.apply(this, args);
  };
}

before(Socket.prototype, 'connect', function connect(...args) {
  const [options, second] = (Array.isArray(args[0]) ? args[0] : args) as [unknown, unknown];
  const given = typeof options === 'number' ? { port: options, host: second } : options;
  const { host = 'localhost', port, path } = given as { host?: string; port?: number; path?: string };
  if (typeof path === 'string') return note(`unix ${path}`);
  if (isIP(host) === 0 && !LOOPBACK.test(host)) return undefined;
  note(`connect ${host}:${port}`);
  if (LOOPBACK.test(host)) return undefined;
  process.nextTick(() => (this as Socket).destroy(failure('ECONNREFUSED', host)));
  return this;
});

before(dns, 'lookup', (name, ...rest) => {
  if (isIP(String(name)) !== 0 || LOOPBACK.test(String(name))) return undefined;
  note(`lookup ${String(name)}`);
  const done = rest.at(-1) as (error: Error) => void;
  process.nextTick(() => done(failure('ENOTFOUND', String(name))));
  return true;
});
before(dns.promises, 'lookup', (name) => {
  note(`lookup ${String(name)}`);
  return Promise.reject(failure('ENOTFOUND', String(name)));
});

for (const resolver of [dns.Resolver.prototype, dns.promises.Resolver.prototype, dns, dns.promises]) {
  for (const name of Object.getOwnPropertyNames(resolver).filter((one) => /^(resolve|reverse)/.test(one))) {
    before(resolver, name, (host) => {
      note(`lookup ${String(host)}`);
      throw failure('ENOTFOUND', String(host));
    });
  }
}

for (const name of ['send', 'connect']) before(dgram.Socket.prototype, name, () => note(`udp ${name}`));
before(ChildProcess.prototype, 'spawn', (options) => note(`program ${(options as { file: string }).file}`));

syncBuiltinESMExports();
