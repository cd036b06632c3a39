import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, BridgeProcess, type BridgeOptions, KEY } from './bridge-process.js';
import { makeCertificate } from './certificate.js';
import { json, MisbehavingServer, obey } from './misbehaving-server.js';

const authority = makeCertificate({ commonName: 'Test Authority' });
const good = makeCertificate({ commonName: 'server', dnsNames: ['localhost'], addresses: ['127.0.0.1'], authority });
const otherName = makeCertificate({ commonName: 'other', dnsNames: ['other.example.com'], authority });
const expired = makeCertificate({
  commonName: 'server',
  addresses: ['127.0.0.1'],
  authority,
  notAfter: new Date(Date.now() - 1000),
});

let folder: string;
let caFile: string;
const servers: { close: () => unknown }[] = [];
const bridges: BridgeProcess[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bridge-network-'));
  caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.cert);
});
afterEach(async () => {
  await Promise.all(bridges.splice(0).map((bridge) => bridge.close()));
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(() => rmSync(folder, { recursive: true }));

function start(env: BridgeOptions['env'], options: Omit<BridgeOptions, 'env'> = {}): BridgeProcess {
  const bridge = new BridgeProcess({ env, ...options });
  bridges.push(bridge);
  return bridge;
}

async function startServer(...args: Parameters<typeof MisbehavingServer.start>): Promise<MisbehavingServer> {
  const server = await MisbehavingServer.start(...args);
  servers.push({ close: () => server.kill() });
  return server;
}

const reason = ({ error }: Answer): unknown => error?.data?.['reason'];

describe('the address of the server', () => {
  it.each([
    ['not set', undefined, /MCP_SERVER_URL is not set/],
    ['empty', '', /MCP_SERVER_URL is not set/],
    ['no URL', 'mcp.example.com', /begins with https/],
    ['of another scheme', 'ftp://mcp.example.com', /begins with https/],
    ['with a password', 'https://user:hunter2@mcp.example.com', /Take it out/],
    ['a placeholder', '${user_config.server_url}', /begins with https/],
  ])('is told to be wrong when it is %s', async (_, url, words) => {
    const bridge = start({ MCP_SERVER_URL: url });
    const answers = await Promise.all([bridge.request('initialize'), bridge.request('tools/list')]);
    expect(answers.map(reason)).toEqual(['configuration', 'configuration']);
    expect(answers[0]?.error?.message).toMatch(words);
    expect(bridge.stdout + bridge.stderr).not.toContain('hunter2');
  });

  it('gets /mcp appended when it is an origin, and is used as it is otherwise [E1]', async () => {
    const paths: (string | undefined)[] = [];
    const server = await startServer((message, response, request) => {
      paths.push(request.url);
      obey(message, response, request);
    });
    for (const path of ['', '/', '/mcp', '/cloudwatch/mcp?tenant=a']) {
      await start({ MCP_SERVER_URL: `${server.origin}${path}` }).request('tools/list');
    }
    expect(paths).toEqual(['/mcp', '/mcp', '/mcp', '/cloudwatch/mcp?tenant=a']);
  });

  it('without a name server behind it is told so', async () => {
    const answer = await start({ MCP_SERVER_URL: 'https://no-such-host.invalid' }).request('initialize');
    expect(answer.error).toMatchObject({
      message: expect.stringMatching(/cannot be resolved/),
      data: { reason: 'dns' },
    });
  });

  it('where nobody listens is told so', async () => {
    const server = await MisbehavingServer.start(obey);
    await server.kill();
    const answer = await start({ MCP_SERVER_URL: server.origin }).request('initialize');
    expect(answer.error).toMatchObject({
      message: expect.stringMatching(/Nothing answers/),
      data: { reason: 'unreachable' },
    });
  });

  it('where something else than HTTP answers is told so', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).end('SSH-2.0-OpenSSH_9.6\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    const { port } = server.address() as AddressInfo;
    expect(reason(await start({ MCP_SERVER_URL: `http://127.0.0.1:${port}` }).request('tools/call'))).toBe('not_mcp');
    expect(reason(await start({ MCP_SERVER_URL: `https://127.0.0.1:${port}` }).request('tools/call'))).toBe('tls');
  });

  it('of a server without MCP is told so', async () => {
    const server = await startServer((_, response) => json(response, { message: 'Not Found' }, 404));
    const { error } = await start({ MCP_SERVER_URL: `${server.origin}/wrong` }).request('initialize');
    expect(error).toMatchObject({
      message: expect.stringMatching(/no MCP endpoint.*\/wrong/),
      data: { reason: 'not_found', status: 404 },
    });
  });
});

describe('the certificate of the server', () => {
  it.each([
    ['of an unknown authority', good, {}, /does not trust.*NODE_EXTRA_CA_CERTS/],
    ['for another name', otherName, { ca: true }, /for another name/],
    ['that has expired', expired, { ca: true }, /not valid now/],
    ['of an unknown authority, whatever Node is told', good, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, /does not trust/],
    ['of an unknown authority, with MCP_VERIFY_TLS=0', good, { MCP_VERIFY_TLS: '0' }, /does not trust/],
    ['of an unknown authority, with MCP_VERIFY_TLS=False', good, { MCP_VERIFY_TLS: 'False' }, /does not trust/],
  ])(
    '%s is refused before the key is sent [E1]',
    async (_, certificate, { ca, ...env }: Record<string, unknown>, words) => {
      const server = await startServer(obey, certificate);
      const bridge = start({
        MCP_SERVER_URL: server.origin,
        ...(ca === true && { NODE_EXTRA_CA_CERTS: caFile }),
        ...(env as Record<string, string>),
      });
      const answer = await bridge.request('initialize');
      expect([reason(answer), answer.error?.message]).toEqual(['certificate', expect.stringMatching(words)]);
      expect(server.received).toEqual([]);
    },
  );

  it('of the company authority is accepted', async () => {
    const server = await startServer(obey, good);
    const bridge = start({ MCP_SERVER_URL: server.origin, NODE_EXTRA_CA_CERTS: caFile });
    expect((await bridge.request('tools/list')).result).toEqual({ method: 'tools/list' });
    expect(bridge.stderr).toBe('');
  });

  it('is not looked at with exactly MCP_VERIFY_TLS=false, which is said aloud [E1]', async () => {
    const server = await startServer(obey, good);
    const bridge = start({ MCP_SERVER_URL: server.origin, MCP_VERIFY_TLS: 'false' });
    expect((await bridge.request('tools/list')).result).toEqual({ method: 'tools/list' });
    expect(bridge.stderr).toMatch(/WARNING: MCP_VERIFY_TLS=false.*development only/);
  });
});

describe('a proxy', () => {
  interface Proxy {
    readonly url: string;
    readonly tunnels: string[];
    readonly authorizations: (string | undefined)[];
  }

  async function startProxy(status = 200): Promise<Proxy> {
    const tunnels: string[] = [];
    const authorizations: (string | undefined)[] = [];
    const open = new Set<Socket>();
    const proxy = createHttpServer().on('connect', ({ url = '', headers }: IncomingMessage, socket: Socket) => {
      tunnels.push(url);
      authorizations.push(headers['proxy-authorization']);
      open.add(socket);
      if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      const [host, port] = url.split(':');
      const onward = connect(Number(port), host === 'mcp.example.com' ? '127.0.0.1' : host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      open.add(onward);
      for (const end of [socket, onward]) end.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    servers.push({
      close: () => {
        for (const socket of open) socket.destroy();
        proxy.close();
      },
    });
    return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, tunnels, authorizations };
  }

  const named = makeCertificate({ commonName: 'server', dnsNames: ['mcp.example.com'], authority });

  it('is asked for a tunnel to a name that only it can resolve, and sees no key [E1]', async () => {
    const server = await startServer(obey, named);
    const proxy = await startProxy();
    const bridge = start({
      MCP_SERVER_URL: `https://mcp.example.com:${server.port}`,
      HTTPS_PROXY: proxy.url.replace('//', '//user:p%40ss@'),
      NODE_EXTRA_CA_CERTS: caFile,
    });
    expect((await bridge.request('tools/list')).result).toEqual({ method: 'tools/list' });
    await bridge.request('tools/list');
    expect(proxy.tunnels).toEqual([`mcp.example.com:${server.port}`]);
    expect(proxy.authorizations).toEqual([`Basic ${Buffer.from('user:p@ss').toString('base64')}`]);
    expect(server.authorizations).toEqual([`Bearer ${KEY}`, `Bearer ${KEY}`]);
    expect(bridge.stderr).toBe('');
  });

  it.each(['*', '127.0.0.1', 'example.com,127.0.0.1'])('is not used for what NO_PROXY=%s names', async (noProxy) => {
    const server = await startServer(obey, good);
    const proxy = await startProxy();
    const env = { HTTPS_PROXY: proxy.url, NO_PROXY: noProxy, NODE_EXTRA_CA_CERTS: caFile };
    expect((await start({ MCP_SERVER_URL: server.origin, ...env }).request('tools/list')).result).toBeDefined();
    expect(proxy.tunnels).toEqual([]);
  });

  it.each([
    [407, /wants a user and password/],
    [403, /does not connect to the server \(403\)/],
    [502, /does not connect to the server \(502\)/],
  ])('that answers %i is named in words, without its password', async (status, words) => {
    const proxy = await startProxy(status);
    const bridge = start({
      MCP_SERVER_URL: 'https://mcp.example.com',
      HTTPS_PROXY: proxy.url.replace('//', '//user:hunter2@'),
    });
    expect((await bridge.request('initialize')).error).toMatchObject({
      message: expect.stringMatching(words),
      data: { reason: 'proxy' },
    });
    expect(bridge.stdout + bridge.stderr).not.toContain('hunter2');
  });

  it('that is not there is named in words', async () => {
    const bridge = start({ MCP_SERVER_URL: 'https://mcp.example.com', HTTPS_PROXY: 'http://127.0.0.1:1' });
    expect((await bridge.request('initialize')).error?.message).toMatch(/proxy 127\.0\.0\.1:1.*HTTPS_PROXY/);
  });
});

describe('the key', () => {
  it('comes from a file, with a warning when others can read it, and anew when it is refused [E1]', async () => {
    const file = join(folder, 'key');
    writeFileSync(file, 'first-key\n', { mode: 0o600 });
    const server = await startServer((message, response, request) => {
      if (request.headers.authorization === 'Bearer second-key') obey(message, response, request);
      else json(response, {}, 401);
    });
    const bridge = start({ MCP_SERVER_URL: server.origin, MCP_API_KEY: undefined, MCP_API_KEY_FILE: file });
    expect((await bridge.request('tools/list')).error?.message).toMatch(/MCP_API_KEY_FILE is current/);
    expect(bridge.stderr).not.toContain('other users');

    writeFileSync(file, 'second-key\n');
    chmodSync(file, 0o644);
    const later = start({ MCP_SERVER_URL: server.origin, MCP_API_KEY: undefined, MCP_API_KEY_FILE: file });
    expect((await later.request('tools/list')).result).toBeDefined();
    expect(later.stderr).toContain('can be read by other users');
    expect(later.stdout + later.stderr).not.toContain('second-key');
  });

  it('comes from a command that no shell sees, without its standard error and without other keys [E1]', async () => {
    const server = await startServer(obey);
    const script = join(folder, 'print key.mjs');
    writeFileSync(
      script,
      `process.stderr.write('secret-on-stderr');
       process.stdout.write(['printed', process.argv[2], 'MCP_API_KEY' in process.env].join('-') + '\\n');`,
    );
    const bridge = start({
      MCP_SERVER_URL: server.origin,
      MCP_API_KEY: undefined,
      MCP_API_KEY_COMMAND: `${process.execPath} "${script}" '$(id);$HOME'`,
    });
    await bridge.request('tools/list');
    expect(server.authorizations).toEqual(['Bearer printed-$(id);$HOME-false']);
    await bridge.close();
    expect(bridge.stdout + bridge.stderr).not.toMatch(/secret-on-stderr|printed-/);
  });

  it.each([
    ['a file that is not there', { MCP_API_KEY_FILE: '/nonexistent/key' }, /cannot be read/],
    ['a folder', { MCP_API_KEY_FILE: '/tmp' }, /not a small regular file/],
    ['a device', { MCP_API_KEY_FILE: '/dev/zero' }, /not a small regular file/],
    ['a command that is not there', { MCP_API_KEY_COMMAND: '/nonexistent/program' }, /was not found/],
    ['a command that fails', { MCP_API_KEY_COMMAND: 'sh -c "echo secret; exit 3"' }, /exit code 3/],
    ['a command that prints nothing', { MCP_API_KEY_COMMAND: 'true' }, /is empty/],
    ['a command with a quote without its end', { MCP_API_KEY_COMMAND: 'echo "x' }, /quote without its end/],
    ['two lines', { MCP_API_KEY: 'one\ntwo' }, /not one line/],
    ['two sources', { MCP_API_KEY: 'one', MCP_API_KEY_FILE: '/tmp/x' }, /Set only one/],
  ])('from %s is told in words, and nothing is sent', async (_, env: Record<string, string>, words) => {
    const server = await startServer(obey);
    const bridge = start({ MCP_SERVER_URL: server.origin, MCP_API_KEY: undefined, ...env });
    expect((await bridge.request('tools/list')).error).toMatchObject({
      message: expect.stringMatching(words),
      data: { reason: 'configuration' },
    });
    expect(server.received).toEqual([]);
    expect(bridge.stdout + bridge.stderr).not.toContain('secret');
  });

  it('may be missing, which is told when the server asks for one [E1]', async () => {
    const server = await startServer((_, response) => json(response, {}, 401));
    const { error } = await start({ MCP_SERVER_URL: server.origin, MCP_API_KEY: undefined }).request('tools/list');
    expect(server.authorizations).toEqual([undefined]);
    expect(error?.message).toMatch(/none is set/);
  });

  it('is not taken from the command line, where it would not be repeated either', async () => {
    for (const args of [['--api-key', 'secret-key'], ['--api-key=secret-key']]) {
      const bridge = start({ MCP_SERVER_URL: 'https://mcp.example.com' }, { args });
      expect(await bridge.ended).toBe(2);
      expect(bridge.stderr).toContain('usage');
      expect(bridge.stdout + bridge.stderr).not.toContain('secret-key');
    }
  });
});
