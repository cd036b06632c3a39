import { get as getPlain } from 'node:http';
import { get as getThroughTls } from 'node:https';
import { takeEnvironment } from '../config/environment.js';
import { ownAddress } from '../config/own-address.js';
import { type Command, UsageMistake } from './command.js';

const PATIENCE_MS = 2500;

/** Asks the server on this machine whether it lives, as the health check of the image does. Exit code 1 when not. */
export const health: Command = {
  usage: 'health',
  summary: 'asks the server that runs here with the same environment whether it lives; exit code 1 when not',
  run: async (args) => {
    if (args.length > 0) throw new UsageMistake('health takes no arguments; it reads the environment of the server');
    const url = `${ownAddress(takeEnvironment())}/health/live`;
    const said = await statusOf(url).catch((error: unknown) => (error instanceof Error ? error.message : 'no answer'));
    if (said === 200) return;
    console.error(`${url}: ${said}`);
    process.exitCode = 1;
  },
};

function statusOf(url: string): Promise<number | undefined> {
  // SECURITY: this machine asks itself, by an address that no certificate names, and sends nothing secret.
  const options = { timeout: PATIENCE_MS, agent: false, rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    const request = (url.startsWith('https:') ? getThroughTls : getPlain)(url, options, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.once('error', reject);
    request.once('timeout', () => request.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
  });
}
