/**
 * What this project's documents and tests need of the command `docker`, on a machine without Docker: images by buildah,
 * containers by unshare and chroot, in the network of the machine. What it does not know it refuses.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const STATE = process.env['DOCKER_STATE'] ?? '';
/** Variables that a test adds to every container, as lines of an env file. */
const ADDED = process.env['DOCKER_ADDED_ENV'] ?? '';
const BUILDAH = JSON.parse(readFileSync(`${STATE}/storage.json`, 'utf8')) as string[];

interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
}

interface Container {
  readonly pid: number;
  readonly enter: readonly string[];
  readonly stopTimeout: number;
}

const buildah = (...args: string[]): string => execFileSync('buildah', [...BUILDAH, ...args], { encoding: 'utf8' });
const fileOf = (name: string, kind: string): string => `${STATE}/containers/${name}.${kind}`;
const readContainer = (name: string): Container => JSON.parse(readFileSync(fileOf(name, 'json'), 'utf8')) as Container;

function configOf(image: string): ImageConfig {
  const { Docker } = JSON.parse(buildah('inspect', '--type', 'image', image)) as { Docker: { config: ImageConfig } };
  return Docker.config;
}

/** Where the files of an image are; mounted once. */
function filesOf(image: string): string {
  const known = `${STATE}/containers/${image.replaceAll(/\W/g, '_')}.files`;
  if (!existsSync(known)) writeFileSync(known, buildah('mount', buildah('from', '--pull-never', image).trim()).trim());
  return readFileSync(known, 'utf8');
}

function build(args: string[]): void {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { tag: { type: 'string' } } });
  const how = ['--isolation', 'chroot', '--pull=never', '--network', 'host', '--format', 'docker'];
  const cache = process.env['DOCKER_NPM_CACHE'];
  const volume = cache === undefined ? [] : ['--volume', `${cache}:/root/.npm`];
  const run = [...BUILDAH, 'bud', ...how, ...volume, '--tag', values.tag ?? '', ...positionals];
  process.exitCode = spawnSync('buildah', run, { stdio: 'inherit' }).status ?? 1;
}

const RUN_OPTIONS = {
  detach: { type: 'boolean' },
  rm: { type: 'boolean' },
  'read-only': { type: 'boolean' },
  name: { type: 'string', default: 'unnamed' },
  restart: { type: 'string' },
  'stop-timeout': { type: 'string', default: '10' },
  tmpfs: { type: 'string', multiple: true, default: [] as string[] },
  'cap-drop': { type: 'string' },
  'security-opt': { type: 'string' },
  'env-file': { type: 'string', multiple: true, default: [] as string[] },
  volume: { type: 'string', multiple: true, default: [] as string[] },
  publish: { type: 'string', multiple: true },
} as const;

/** The container's command begins behind the image, whatever its words look like. */
function splitAtImage(args: readonly string[]): number {
  let index = 0;
  while (args[index]?.startsWith('--')) {
    const option = RUN_OPTIONS[(args[index] ?? '').slice(2) as keyof typeof RUN_OPTIONS] as
      { type: string } | undefined;
    index += option?.type === 'string' ? 2 : 1;
  }
  return index;
}

/** Docker's reading of an env file: each line literally. */
const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.includes('=') && line[0] !== '#');

const mounts = (volumes: readonly string[]): string[] =>
  volumes.flatMap((volume) => {
    const [source = '', target = '', mode] = volume.split(':');
    const at = `"$root${target}"`;
    const bound = [`mkdir -p ${at}`, `mount --bind "${resolve(source)}" ${at}`];
    return mode === 'ro' ? [...bound, `mount -o remount,bind,ro ${at}`] : bound;
  });

async function run(args: string[]): Promise<void> {
  const at = splitAtImage(args);
  const { values } = parseArgs({ args: args.slice(0, at), options: RUN_OPTIONS });
  const [image = '', ...command] = args.slice(at);
  const config = configOf(image);
  // As of Docker for a user without an entry in passwd.
  const env = ['HOME=/', ...config.Env, ...values['env-file'].flatMap((file) => linesOf(readFileSync(file, 'utf8')))];
  const [uid = '0', gid = uid] = config.User.split(':');
  const rights = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--inh-caps=-all'];
  if (values['cap-drop'] === 'ALL') rights.push('--bounding-set=-all');
  if (values['security-opt'] === 'no-new-privileges') rights.push('--no-new-privs');
  const enter = ['env', '-i', '-C', config.WorkingDir, ...env, ...linesOf(ADDED), 'setpriv', ...rights, '--'];
  const scratch = `${STATE}/scratch`;
  const script = [
    'set -e',
    `mount -t tmpfs tmpfs ${scratch}`,
    `mkdir ${scratch}/upper ${scratch}/work ${scratch}/root`,
    `root=${scratch}/root`,
    `mount -t overlay overlay -o lowerdir=${filesOf(image)},upperdir=${scratch}/upper,workdir=${scratch}/work $root`,
    'mount -t proc proc $root/proc',
    'mount --rbind /dev $root/dev',
    'for file in hosts resolv.conf; do touch $root/etc/$file; mount --bind /etc/$file $root/etc/$file; done',
    ...mounts(values.volume),
    ...values.tmpfs.map((target) => `mount -t tmpfs -o mode=1777,nosuid,nodev,noexec tmpfs "$root${target}"`),
    ...(values['read-only'] ? ['mount -o remount,ro $root'] : []),
    'exec chroot $root "$@"',
  ].join('\n');
  const spaces = ['--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child', '--propagation', 'private'];
  const words = [...spaces, 'sh', '-c', script, 'sh', ...enter, ...(command.length > 0 ? command : config.Cmd)];
  if (!values.detach) {
    process.exitCode = spawnSync('unshare', words, { stdio: 'inherit' }).status ?? 1;
    return;
  }
  const log = openSync(fileOf(values.name, 'log'), 'w');
  const keepsCode = ['-c', `unshare "$@"; echo $? > ${fileOf(values.name, 'code')}`, 'sh', ...words];
  const child = spawn('sh', keepsCode, { detached: true, stdio: ['ignore', log, log] });
  child.unref();
  closeSync(log);
  const pid = await firstProcess(child.pid ?? 0);
  const container: Container = { pid, enter, stopTimeout: Number(values['stop-timeout']) };
  writeFileSync(fileOf(values.name, 'json'), JSON.stringify(container));
  console.log(values.name);
}

const childOf = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);

/** Process 1 of the container, as this machine numbers it: what the shell's unshare has forked. */
async function firstProcess(shell: number): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const unshare = childOf(shell);
    const first = unshare === 0 ? 0 : childOf(unshare);
    if (first !== 0) return first;
    await sleep(10);
  }
  throw new Error('the container did not start');
}

/** Its exit code is the command's. */
function exec([name = '', ...command]: string[]): void {
  const { pid, enter } = readContainer(name);
  const into = [
    '--target',
    String(pid),
    '--mount',
    '--pid',
    '--ipc',
    '--uts',
    '--root',
    '--wd=/',
    ...enter,
    ...command,
  ];
  process.exitCode = spawnSync('nsenter', into, { stdio: 'inherit' }).status ?? 1;
}

async function stop([name = '']: string[]): Promise<void> {
  const { pid, stopTimeout } = readContainer(name);
  const send = (signal: string): void => void spawnSync('kill', [`-${signal}`, String(pid)]);
  send('TERM');
  for (let waited = 0; waited < stopTimeout * 1000 && !existsSync(fileOf(name, 'code')); waited += 50) await sleep(50);
  if (!existsSync(fileOf(name, 'code'))) send('KILL');
  while (!existsSync(fileOf(name, 'code'))) await sleep(50);
  console.log(name);
}

/** The exit code of a container that has ended; it is the command's output, as of Docker. */
function wait([name = '']: string[]): void {
  process.stdout.write(readFileSync(fileOf(name, 'code'), 'utf8'));
}

const COMMANDS: Readonly<Record<string, (args: string[]) => void | Promise<void>>> = {
  build,
  run,
  exec,
  stop,
  wait,
  logs: ([name = '']) => void process.stdout.write(readFileSync(fileOf(name, 'log'), 'utf8')),
  // Not Docker's: what a test asks about an image and a running container.
  config: ([image = '']) => console.log(JSON.stringify(configOf(image))),
  files: ([image = '']) => console.log(filesOf(image)),
  pid: ([name = '']) => console.log(readContainer(name).pid),
};

const [name = '', ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (command === undefined) throw new Error(`docker ${name}: not known here`);
mkdirSync(`${STATE}/containers`, { recursive: true });
mkdirSync(`${STATE}/scratch`, { recursive: true });
await command(args);
