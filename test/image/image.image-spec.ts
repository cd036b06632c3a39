import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { freePort } from '../support/stack.js';
import { buildImage, IMAGE } from './built-image.js';
import { Documented } from './documented.js';
import { describeWithImages, output, shell } from './shell.js';

const HARDENED = '--read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges';
const MEGABYTES_OVER_ITS_BASE = 250;

const readJson = <T>(path: string): T =>
  JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')) as T;
const lines = async (script: string): Promise<string[]> => (await output(script)).trimEnd().split('\n');

describeWithImages('the image that docs/deployment.md builds [E3]', () => {
  let root = '';
  let base = '';

  beforeAll(async () => {
    await buildImage();
    root = (await output(`docker files ${IMAGE}`)).trim();
    base = (await output('docker files docker.io/library/node:24-bookworm-slim')).trim();
  });

  it('holds what runs, and nothing of the demo, the tests, the documents, the bridge or the build', async () => {
    expect(await lines(`cd ${root}/app && ls -A`)).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json']);
    const built = await lines(`cd ${root}/app/dist && find . -type f`);
    expect(built).toContain('./main.js');
    expect(built.filter((file) => !/\.(js|json|html)$/.test(file))).toEqual([]);
    expect(built.filter((file) => /^\.\/(demo|generate|stdio-bridge|test)\/|\.spec\./.test(file))).toEqual([]);
    expect(
      await output(`cd ${root}/app && find . -name '*.ts' -o -name '*.map' -o -name '.env*' -o -name '*.pem'`),
    ).toBe('');
  });

  it('holds the locked production packages and no other', async () => {
    type Lock = {
      packages: Record<string, { dev?: boolean; optional?: boolean; devOptional?: boolean; peer?: boolean }>;
    };
    const locked = Object.entries(readJson<Lock>('package-lock.json').packages)
      .filter(([path, { dev, optional, devOptional }]) => path !== '' && !dev && !optional && !devOptional)
      .map(([path]) => path);
    const installed = readJsonAt<Lock>(`${root}/app/node_modules/.package-lock.json`);
    expect(Object.keys(installed.packages).sort()).toEqual(locked.sort());
  });

  it('changes nothing of its base but /app, and nobody but root may change that', async () => {
    const rest = (of: string): Promise<string> => output(`cd ${of} && find . -path ./app -prune -o -print | sort`);
    expect(await rest(root)).toBe(await rest(base));
    expect(await output(`find ${root}/app -not -user root -o -perm /022 -not -type l`)).toBe('');
  });

  it('weighs less than 250 MB unpacked over its base', async () => {
    const sizes = await Promise.all(
      [root, base].map(async (of) => Number((await output(`du --summarize --block-size=1 ${of}`)).split('\t')[0])),
    );
    const megabytes = ((sizes[0] ?? 0) - (sizes[1] ?? 0)) / 1e6;
    console.log(`${megabytes.toFixed(0)} MB over its base`);
    expect(megabytes).toBeGreaterThan(10);
    expect(megabytes).toBeLessThan(MEGABYTES_OVER_ITS_BASE);
  });

  it('says as whom it runs, what it starts, where it listens, how its health is asked and what it is', async () => {
    const { name, version, license, mcpName, description } = readJson<Record<string, string>>('package.json');
    expect(JSON.parse(await output(`docker config ${IMAGE}`))).toMatchObject({
      User: '10001:10001',
      WorkingDir: '/app',
      Entrypoint: [],
      Cmd: ['node', '--max-semi-space-size=16', 'dist/main.js'],
      ExposedPorts: { '3334/tcp': {}, '9464/tcp': {} },
      Healthcheck: { Test: ['CMD', 'node', 'dist/cli/cli.js', 'health'], Timeout: 3e9 },
      Labels: {
        'org.opencontainers.image.title': name,
        'org.opencontainers.image.version': version,
        'org.opencontainers.image.licenses': license,
        'org.opencontainers.image.description': description,
        'io.modelcontextprotocol.server.name': mcpName,
      },
    });
  });

  it('has in its environment what Docker put there and that it is for production', async () => {
    const { Env } = JSON.parse(await output(`docker config ${IMAGE}`)) as { Env: string[] };
    expect(Env.map((entry) => entry.split('=')[0])).toEqual(['PATH', 'NODE_ENV']);
  });

  it('helps who runs it as the document says', async () => {
    const documented = new Documented('docs/deployment.md');
    const [, help = ''] = documented.block('The image', 'sh').split('\n');
    expect(await output(help)).toContain(documented.block('The image', 'text'));
  });
});

describeWithImages('a container of it', () => {
  let port = 0;
  const added = (): Record<string, string> => ({
    DOCKER_ADDED_ENV: `ENABLE_AUTH=false\nAWS_REGION=us-east-1\nCLOUDWATCH_MCP_PORT=${port}\nMETRICS_PORT=0`,
  });

  beforeAll(async () => {
    await buildImage();
    port = await freePort();
    await output(`docker run --detach --name plain --stop-timeout 30 ${HARDENED} ${IMAGE}`, { env: added() });
    await vi.waitFor(async () => expect(await output('docker logs plain')).toContain('listening on'), {
      timeout: 30_000,
      interval: 200,
    });
  });
  afterAll(() => shell('docker stop plain'));

  it('answers with a file system that cannot be written, and writes nothing to /tmp either', async () => {
    expect(await (await fetch(`http://127.0.0.1:${port}/health`)).json()).toEqual({ status: 'ok' });
    expect((await shell('docker exec plain touch /app/written')).stderr).toContain('Read-only file system');
    expect((await shell('docker exec plain touch /etc/written')).stderr).toContain('Read-only file system');
    expect(await output('docker exec plain ls -A /tmp')).toBe('');
    expect((await shell('docker exec plain touch /tmp/written')).code).toBe(0);
  });

  it('is user 10001, has no capability and can get none', async () => {
    const status = await output('docker exec plain cat /proc/1/status');
    expect(status).toMatch(/^Uid:\t10001\t10001\t10001\t10001$/m);
    expect(status).toMatch(/^Gid:\t10001\t10001\t10001\t10001$/m);
    expect(status.match(/^Cap\w+:\t0{16}$/gm)).toHaveLength(5);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  });

  it('is healthy by its own check, and not when nobody answers', async () => {
    const { Healthcheck } = JSON.parse(await output(`docker config ${IMAGE}`)) as { Healthcheck: { Test: string[] } };
    const check = Healthcheck.Test.slice(1).join(' ');
    expect(await shell(`docker exec plain ${check}`)).toEqual({ code: 0, stdout: '', stderr: '' });
    const elsewhere = { DOCKER_ADDED_ENV: `CLOUDWATCH_MCP_PORT=${await freePort()}` };
    const alone = await shell(`docker run --rm ${HARDENED} ${IMAGE} ${check}`, { env: elsewhere });
    expect([alone.code, alone.stderr]).toEqual([1, expect.stringContaining('ECONNREFUSED') as string]);
  });

  it('ends by itself on SIGTERM, as process 1, with code 0', async () => {
    await output('docker stop plain');
    expect((await output('docker wait plain')).trim()).toBe('0');
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow(/fetch failed/);
  });

  it('that lacks its configuration ends with code 1 and says all that is missing', async () => {
    const { code, stderr } = await shell(`docker run --rm ${HARDENED} ${IMAGE}`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/OIDC_ISSUER|ISSUERS_FILE|API_KEYS/);
  });
});

function readJsonAt<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
