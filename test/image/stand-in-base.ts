import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TOOLS = ['buildah', 'debootstrap', 'unshare', 'nsenter', 'openssl', 'curl'];
const NODE = fileURLToPath(new URL(`../../node_modules/node-linux-${process.arch}/bin/node`, import.meta.url));
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What keeps this machine from building an image without Docker; undefined when nothing does. */
export function missingForImages(): string | undefined {
  if (process.getuid?.() !== 0) return 'it takes root';
  if (!existsSync('/etc/debian_version')) return 'it takes Debian';
  if (!existsSync(NODE)) return 'there is no Node package for this processor';
  const missing = TOOLS.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
  return missing.length === 0 ? undefined : `there is no ${missing.join(', ')}`;
}

/** Where images are kept below a folder, as options of buildah; layers on layers where this machine can do that. */
export function storageIn(folder: string): string[] {
  const driven = (driver: string): string[] => [
    '--root',
    `${folder}/storage`,
    '--runroot',
    `${folder}/run`,
    '--storage-driver',
    driver,
  ];
  return spawnSync('buildah', [...driven('overlay'), 'images']).status === 0 ? driven('overlay') : driven('vfs');
}

/** Makes an image that looks like `tag`, node on a slim Debian, of Debian's packages and the Node and npm of this machine. */
export function makeStandInBase(tag: string, storage: readonly string[]): void {
  const buildah = (...args: string[]): string =>
    execFileSync('buildah', [...storage, ...args], { encoding: 'utf8' }).trim();
  const container = buildah('from', 'scratch');
  const root = buildah('mount', container);
  execFileSync('debootstrap', ['--variant=minbase', 'bookworm', root], { stdio: ['ignore', 'ignore', 'inherit'] });
  addNode(root);
  addTrust(root);
  buildah('umount', container);
  buildah('config', '--cmd', 'node', '--env', `PATH=${PATH}`, container);
  buildah('commit', '--quiet', container, tag);
  buildah('rm', container);
}

function addNode(root: string): void {
  copyFileSync(NODE, join(root, 'usr/local/bin/node'));
  // bin/npm-cli.js of the package, which the command is a link to.
  const cli = execFileSync('sh', ['-c', 'readlink --canonicalize "$(command -v npm)"'], { encoding: 'utf8' }).trim();
  mkdirSync(join(root, 'usr/local/lib/node_modules'), { recursive: true });
  cpSync(dirname(dirname(cli)), join(root, 'usr/local/lib/node_modules/npm'), { recursive: true });
  for (const name of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, 'usr/local/bin', name));
}

/** The build reaches the registry through the same authorities as this machine. */
function addTrust(root: string): void {
  const bundle = process.env['NODE_EXTRA_CA_CERTS'] ?? CERTIFICATES;
  if (!existsSync(bundle)) return;
  mkdirSync(dirname(join(root, CERTIFICATES)), { recursive: true });
  copyFileSync(bundle, join(root, CERTIFICATES));
  writeFileSync(join(root, 'root/.npmrc'), `cafile=${CERTIFICATES}\n`);
}
