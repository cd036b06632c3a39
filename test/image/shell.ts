import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, inject } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const state = inject('dockerState');

/** `describe` for what needs an image; skipped where none can be built. */
export const describeWithImages = state === undefined ? describe.skip : describe;

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ShellOptions {
  /** Default: the project. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs lines as an operator's shell does, with a `docker`; the first that fails ends it. */
export function shell(script: string, { cwd = ROOT, env }: ShellOptions = {}): Promise<Ended> {
  const own = {
    PATH: `${state}/bin:${process.env['PATH']}`,
    DOCKER_STATE: state,
    DOCKER_NPM_CACHE: readFileSync(`${state}/npm-cache`, 'utf8'),
    HOME: cwd,
    LANG: 'C.UTF-8',
  };
  return new Promise((resolve) => {
    const options = { cwd, env: { ...own, ...env }, maxBuffer: 2 ** 27 };
    execFile('bash', ['--norc', '-euo', 'pipefail', '-c', script], options, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr }),
    );
  });
}

/** What the lines print. @throws Error when one fails, with all they said */
export async function output(script: string, options?: ShellOptions): Promise<string> {
  const { code, stdout, stderr } = await shell(script, options);
  if (code !== 0) throw new Error(`${script}\nended with ${code}\n${stdout}${stderr}`);
  return stdout;
}
