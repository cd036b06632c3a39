import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Audit } from './audit.js';
import type { Resources } from './resources-probe.js';

interface StartLine {
  readonly event?: { readonly name?: string };
  readonly url?: string;
  readonly metrics_url?: string;
}

/** One process of the real server, started from its entry point, with its audit records read as they are written. */
export class Replica {
  private constructor(
    private readonly process: ChildProcess,
    /** The MCP endpoint. */
    readonly endpoint: string,
    readonly metricsUrl: string,
    readonly audit: Audit,
  ) {}

  /** @throws Error when it ends before it listens */
  static async start(
    main: URL,
    env: Readonly<Record<string, string>>,
    execArgv: readonly string[] = [],
  ): Promise<Replica> {
    const child = fork(main, { env, execArgv: [...execArgv], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    if (child.stdout === null) throw new Error('The server has no standard output');
    const lines = createInterface(child.stdout);
    const audit = new Audit();
    return new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`The server ended with ${code} before it listened`)));
      lines.on('line', (line) => {
        audit.read(line);
        if (!line.includes('"server.started"')) return;
        const { url = '', metrics_url: metrics = '' } = JSON.parse(line) as StartLine;
        resolve(new Replica(child, `${url}/mcp`, metrics, audit));
      });
    });
  }

  /** What the process holds right now, garbage collected; only when it was started with the resources probe. */
  async resources(): Promise<Resources> {
    const answer = once(this.process, 'message');
    this.process.send('resources');
    const [resources] = (await answer) as [Resources];
    return resources;
  }

  /** Ends it as an orchestrator does, and waits until it has ended. */
  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await ended;
  }
}
