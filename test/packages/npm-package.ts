import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = fileURLToPath(new URL('../../.packages', import.meta.url));

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, in a folder, on the Node that is first in `path`. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<Ended> {
  const { cwd, node = process.execPath, env = {} } = options;
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env: { ...machine(node), ...env } }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr }),
    );
  });
}

interface RunOptions {
  readonly cwd: string;
  /** Whose folder is searched before every other. */
  readonly node?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a program finds on a machine that has this Node and nothing of this project. */
export function machine(node: string): Record<string, string> {
  const { HOME = '', PATH = '' } = process.env;
  return { HOME, PATH: `${dirname(node)}${delimiter}${PATH}` };
}

/** How this machine reaches the registry. */
const NETWORK = ['NODE_EXTRA_CA_CERTS', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'] as const;

/** Runs npm with nothing of the project's environment but the way to the registry. */
function npm(args: readonly string[], options: Omit<RunOptions, 'env'>): Promise<Ended> {
  const env = Object.fromEntries(NETWORK.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  return run('npm', args, { ...options, env });
}

/** A file of `npm pack`. */
export interface PackedFile {
  readonly path: string;
  readonly size: number;
}

export interface Packed {
  readonly tarball: string;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly files: readonly PackedFile[];
}

/** Packs one of `.packages` into a folder. */
export async function pack(name: string, into: string): Promise<Packed> {
  const folder = join(PACKAGES, name);
  if (!existsSync(folder)) throw new Error(`.packages/${name} is missing: npm run package`);
  const { stdout, stderr } = await npm(['pack', '--json', '--pack-destination', into], { cwd: folder });
  const parsed = JSON.parse(stdout) as unknown;
  const [made] = (Array.isArray(parsed) ? parsed : Object.values(parsed as object)) as NpmPack[];
  if (made === undefined) throw new Error(`npm pack made nothing: ${stderr}`);
  const { filename, size, unpackedSize, files } = made;
  return { tarball: join(into, filename), packedBytes: size, unpackedBytes: unpackedSize, files };
}

interface NpmPack {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly PackedFile[];
}

/** What npm says of publishing one of `.packages` where nobody has published anything yet, without doing it. */
export async function publishDry(name: string): Promise<Ended> {
  const empty = createServer((_request, response) => void response.writeHead(404).end('{}'));
  await new Promise<void>((resolve) => empty.listen(0, '127.0.0.1', resolve));
  const { port } = empty.address() as AddressInfo;
  const args = ['publish', '--dry-run', '--registry', `http://127.0.0.1:${port}`];
  return npm(args, { cwd: join(PACKAGES, name) }).finally(() => empty.close());
}

/** Installs a tarball where nothing else is, as `npm install <name>` would. @returns the folder */
export async function installed(tarball: string, root: string, node?: string): Promise<string> {
  const cwd = mkdtempSync(join(root, 'install-'));
  const args = ['install', tarball, '--no-audit', '--no-fund', '--prefer-offline', '--engine-strict'];
  const { code, stderr } = await npm(args, { cwd, node });
  if (code !== 0) throw new Error(`npm install failed: ${stderr}`);
  return cwd;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'npm-packages-'));
  mkdirSync(join(folder, 'packed'));
  return folder;
}

/** The first Node of this major version on the machine, if there is one. */
export async function nodeOf(major: number): Promise<string | undefined> {
  const candidates = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  for (const candidate of candidates.filter((path) => existsSync(path))) {
    const { stdout } = await run(candidate, ['--version'], { cwd: '/' });
    if (stdout.startsWith(`v${major}.`)) return candidate;
  }
  return undefined;
}
