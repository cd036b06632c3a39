#!/usr/bin/env node
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { ClientOutput } from './client-output.js';
import { Delivery } from './delivery.js';
import { createEndpointParts } from './endpoint-parts.js';
import { Failure } from './failure.js';
import { Journal } from './journal.js';
import { LineFramer } from './line-framing.js';
import type { Poster } from './mcp-post.js';
import { takeOptions } from './options.js';
import { Relay } from './relay.js';
import { USAGE } from './usage.js';
import { PROGRAM, VERSION } from './version.js';

const MAX_LINE_BYTES = 10_000_000;
/** When the client has closed its end, what runs may still be answered for so long. */
const FINISH_MS = 5000;
const DEFAULT_TIMEOUT_MS = 300_000;

// Answers of many megabytes leave garbage behind, and a program that runs beside an editor all day stays small.
setFlagsFromString('--optimize-for-size');

const journal = new Journal((line) => process.stderr.write(line), process.env['MCP_BRIDGE_DEBUG'] === 'true', Date.now);
// A client that closes these must not end the bridge with a stack trace.
process.stderr.on('error', () => undefined);

const [argument, ...more] = process.argv.slice(2);
if (argument === undefined) await serve();
else if (more.length > 0) refuseArguments();
else if (argument === '--check') await checkConnection();
else if (argument === '--help') process.stdout.write(USAGE);
else if (argument === '--version') process.stdout.write(`${PROGRAM} ${VERSION}\n`);
else refuseArguments();

/** Relays until the client closes standard input, or until a signal. */
async function serve(): Promise<void> {
  const { post, timeoutMs } = prepare();
  const output = new ClientOutput(process.stdout);
  const relay = new Relay({ delivery: new Delivery(post), output, journal, timeoutMs, maxLineBytes: MAX_LINE_BYTES });
  const toldToStop = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve).once('SIGINT', resolve);
    process.stdout.once('error', () => resolve());
  });
  const finished = readInput(relay).then(() => Promise.race([relay.idle(), delay(FINISH_MS)]));
  await Promise.race([finished, toldToStop]);
  await relay.stop(new Failure('stopping', 'The bridge was stopped before the answer came.'));
  process.exit(0);
}

/** Without a usable configuration every request is answered with what to correct: clients show nothing else. */
function prepare(): { post: Poster; timeoutMs: number } {
  try {
    const options = takeOptions(process.env);
    return { post: createEndpointParts(options, journal).post, timeoutMs: options.timeoutMs };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    journal.warn(error.message);
    const post: Poster = () => {
      throw error;
    };
    return { post, timeoutMs: DEFAULT_TIMEOUT_MS };
  }
}

async function readInput(relay: Relay): Promise<void> {
  const framer = new LineFramer(MAX_LINE_BYTES);
  try {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      for (const line of framer.push(chunk)) await relay.accept(line);
    }
  } catch {
    // A broken input is a closed one.
  }
  for (const line of framer.end()) await relay.accept(line);
}

async function checkConnection(): Promise<void> {
  const { check } = await import('./check.js');
  process.exitCode = (await check(process.env, journal, (line) => process.stdout.write(line))) ? 0 : 1;
}

/** SECURITY: what was given is not repeated; it may be a key. */
function refuseArguments(): void {
  process.stderr.write(`${PROGRAM}: there is no such argument. A key is never given as one.\n${USAGE}`);
  process.exitCode = 2;
}
