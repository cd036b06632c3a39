import { execFile, type ExecFileException } from 'node:child_process';
import { Failure } from './failure.js';

/** A password manager may ask its user to unlock it first. */
const PATIENCE_MS = 30_000;
const LIMIT_BYTES = 65_536;

/**
 * The words of `MCP_API_KEY_COMMAND`: divided at blanks, quotes of either kind keep blanks together. Nothing else has a
 * meaning: no variables, no escapes, no pipes, since no shell is asked.
 * @throws Failure for a quote without its end
 */
export function splitCommand(command: string): string[] {
  const words: string[] = [];
  const pattern = /\s*((?:[^\s'"]+|'[^']*'|"[^"]*")+)/y;
  for (let match = pattern.exec(command); match !== null; match = pattern.exec(command)) {
    words.push(
      (match[1] ?? '').replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
    );
    if (pattern.lastIndex === command.length) return words;
    if (command.slice(pattern.lastIndex).trim() === '') return words;
  }
  throw new Failure('configuration', 'MCP_API_KEY_COMMAND is empty or has a quote without its end.');
}

/**
 * What the command writes on standard output. It gets no input and no key of ours, what it writes on standard error
 * goes nowhere, and it has thirty seconds.
 * @throws Failure saying how it ended, never what it wrote
 */
export function runKeyCommand(command: string, env: NodeJS.ProcessEnv): Promise<string> {
  const [file = '', ...args] = splitCommand(command);
  return new Promise((resolve, reject) => {
    const options = {
      env,
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
      maxBuffer: LIMIT_BYTES,
      windowsHide: true,
    } as const;
    const child = execFile(file, args, options, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(new Failure('configuration', `MCP_API_KEY_COMMAND failed: ${ending(error)}. Run it in a terminal.`));
    });
    child.stdin?.end();
  });
}

function ending({ code, killed }: ExecFileException): string {
  if (code === 'ENOENT') return 'the program was not found';
  if (code === 'EACCES') return 'the program may not be run';
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'it wrote more than a key';
  if (killed === true) return 'it took longer than 30 seconds';
  return typeof code === 'number' ? `exit code ${code}` : 'it was ended by a signal';
}
