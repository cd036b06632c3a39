import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** What a measured process says about itself. */
export interface Usage {
  /** Seconds of CPU since the process began, user and system. */
  readonly cpuSeconds: number;
  readonly rssMegabytes: number;
}

/** Runs in the child: announces the result of `start` and answers questions about resource use until the parent goes. */
export async function serveParent(start: () => Promise<object>): Promise<void> {
  const announced = await start();
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    const usage: Usage = { cpuSeconds: (user + system) / 1e6, rssMegabytes: process.memoryUsage.rss() / 2 ** 20 };
    process.send?.(usage);
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.(announced);
}

async function ended(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null];
  throw new Error(`${child.spawnargs.at(-1) ?? ''} ended with ${code ?? 'a signal'} before it was ready`);
}

/** A process of the benchmark, with its own event loop and its own CPU account. */
export class Child<T> {
  private constructor(
    private readonly process: ChildProcess,
    readonly announced: T,
  ) {}

  static async start<T>(file: URL, env: Record<string, string | undefined> = {}): Promise<Child<T>> {
    // Logs are written, as in production, but not kept.
    const child = fork(file, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const [announced] = (await Promise.race([once(child, 'message'), ended(child)])) as [T];
    return new Child(child, announced);
  }

  async usage(): Promise<Usage> {
    const answer = once(this.process, 'message');
    this.process.send('usage');
    const [usage] = (await answer) as [Usage];
    return usage;
  }

  stop(): void {
    this.process.disconnect();
  }
}
