import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPTS = new URL('../../.github/scripts/', import.meta.url);

export interface ScriptRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the scripts of the workflows as a step would, with these variables and no others of ours. */
export function runScript(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ScriptRun> {
  return new Promise((resolve) => {
    const file = fileURLToPath(new URL(name, SCRIPTS));
    const given = { PATH: process.env['PATH'], ...env };
    execFile(file, args, { env: given }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
    });
  });
}

/** As much of ECS as a rollback asks of it, behind a program called aws that keeps what it was called with. */
export class FakeAws {
  readonly #folder = mkdtempSync(join(tmpdir(), 'fake-aws-'));
  readonly #calls = join(this.#folder, 'calls');
  readonly #current = join(this.#folder, 'current');

  /** `stays`: whatever it is told, the service goes on with what it has, as after a deployment that is broken off. */
  constructor(current: string, active: readonly string[], { stays = false } = {}) {
    writeFileSync(this.#calls, '');
    writeFileSync(this.#current, current);
    const update = stays
      ? ':'
      : `while (($#)); do [[ $1 != --task-definition ]] || printf %s "$2" >'${this.#current}'; shift; done`;
    const program = `#!/usr/bin/env bash
echo "$*" >>'${this.#calls}'
case "$1 $2" in
  'ecs describe-services') cat '${this.#current}'; echo ;;
  'ecs list-task-definitions') printf '%s\\t' ${active.join(' ')}; echo ;;
  'ecs update-service') ${update}; echo ACTIVE ;;
  'ecs wait') ;;
  *) echo "no such command: $*" >&2; exit 252 ;;
esac
`;
    writeFileSync(join(this.#folder, 'aws'), program);
    chmodSync(join(this.#folder, 'aws'), 0o755);
  }

  get env(): Readonly<Record<string, string>> {
    return { PATH: `${this.#folder}:${process.env['PATH'] ?? ''}` };
  }

  /** What the service runs. */
  get current(): string {
    return readFileSync(this.#current, 'utf8');
  }

  /** The commands so far, with their arguments. */
  get calls(): string[] {
    return readFileSync(this.#calls, 'utf8').split('\n').slice(0, -1);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
