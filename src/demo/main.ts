import { parseArgs } from 'node:util';
import { printConnectHelp } from './connect-help.js';
import { type DemoStack, startDemoStack } from './demo-stack.js';
import { type Terminal, terminalOn } from './terminal.js';
import { runTour } from './tour.js';

const USAGE = `Usage: npm run demo [-- --once]

Starts the server with an identity provider and an AWS of its own, all on this machine, and walks through what it does.
  --once   end after the tour; exit code 0 only if every step did what it should
  --help   this text`;

const INTERRUPTED = Symbol('interrupted');

// A tour that Ctrl-C broke off must not go on.
process.exit(await main(process.argv.slice(2), terminalOn(process.stdout, process.env)));

async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') return complain(options);
  if (options.help) {
    terminal.line(USAGE);
    return 0;
  }
  let stack: DemoStack;
  try {
    stack = await startDemoStack();
  } catch (error) {
    return complain(`The demo could not start: ${error instanceof Error ? error.message : String(error)}`);
  }
  const interrupted = nextInterrupt();
  try {
    announce(stack, terminal);
    const passed = await Promise.race([runTour(stack, silencedBy(interrupted, terminal)), interrupted]);
    if (passed === INTERRUPTED || options.once) return passed === true ? 0 : 1;
    await printConnectHelp(stack, terminal);
    terminal.line('Press Ctrl-C to stop.');
    await interrupted;
    return passed ? 0 : 1;
  } finally {
    await stack.close();
  }
}

/** Ctrl-C or SIGTERM, once; the second one ends the process at once. */
function nextInterrupt(): Promise<typeof INTERRUPTED> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(INTERRUPTED));
  });
}

/** The terminal until then; what a broken-off tour still says is of no interest. */
function silencedBy(interrupted: Promise<unknown>, terminal: Terminal): Terminal {
  let silent = false;
  void interrupted.then(() => (silent = true));
  return { ...terminal, line: (text) => (silent ? undefined : terminal.line(text)) };
}

function readOptions(args: readonly string[]): { once: boolean; help: boolean } | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { once: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    });
    return values;
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n${USAGE}`;
  }
}

function announce(stack: DemoStack, terminal: Terminal): void {
  terminal.line(terminal.style('bold', 'CloudWatch MCP server: everything on this machine, nothing of yours in AWS'));
  terminal.line(`  MCP endpoint       ${terminal.style('cyan', stack.endpoint)}`);
  if (!stack.onUsualPort) terminal.line('                     (the usual port 3334 is taken)');
  terminal.line(`  identity provider  ${stack.issuer.issuer}`);
  terminal.line(`  AWS                ${stack.aws.url}  (emulated: accounts 111111111111 and 222222222222)`);
}

function complain(problem: string): number {
  console.error(problem);
  return 1;
}
