import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';
import { parse } from 'yaml';
import { type AwsEmulator, startAwsEmulator } from '../../src/demo/aws-emulator/emulator.js';
import { SERVER_ACCESS_KEY_ID, SERVER_SECRET_ACCESS_KEY } from '../../src/demo/aws-emulator/identities.js';
import { localProfile } from '../../src/demo/aws-emulator/roles.js';
import { type OidcIssuer, startOidcIssuer } from '../../src/demo/oidc-issuer/oidc-issuer.js';
import { Cluster, type RunningPods } from '../support/kubernetes-cluster.js';
import { runCommands, type Workplace } from '../support/kubernetes-commands.js';
import { manifests } from '../support/kubernetes-render.js';
import { ServerProcess } from '../support/server-process.js';
import { EXTERNAL_ID } from '../support/stack.js';

/** What a request was answered with. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** The pod from which LibreChat calls. */
export const FRONT_END = { namespace: 'chat', labels: { 'app.kubernetes.io/name': 'librechat' } };
const LOCAL_ACCOUNT = '111111111111';
const SCRIPT = 'config/kubernetes/overlays/dev/refresh-credentials.sh';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Sent {
  readonly port: number;
  readonly path: string;
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * A cluster with LibreChat, and for every pod of this server in it the built server itself, started from the variables
 * and files of the pod. Commands are those of a document.
 */
export class ChatSetUp implements Workplace {
  readonly cluster = new Cluster();
  readonly own: Record<string, string> = {};
  /** What `curl` was answered with, in order. */
  readonly curled: Answer[] = [];
  readonly #servers = new Map<string, { readonly process: ServerProcess; readonly generation: number }>();
  readonly #scratch = mkdtempSync(join(tmpdir(), 'chat-set-up-'));

  private constructor(
    readonly aws: AwsEmulator,
    readonly issuer: OidcIssuer,
  ) {}

  static async start(): Promise<ChatSetUp> {
    const issuer = await startOidcIssuer({ resource: 'https://mcp.example.com/mcp' });
    const setUp = new ChatSetUp(await startAwsEmulator(), issuer);
    setUp.cluster.applyText('apiVersion: v1\nkind: Namespace\nmetadata: { name: chat }\n');
    const example = readFileSync(join(ROOT, 'config/kubernetes/librechat/base/secret.example.yaml'), 'utf8');
    setUp.cluster.apply(
      manifests(example).map((secret) => ({ ...secret, metadata: { ...secret.metadata, namespace: 'chat' } })),
    );
    return setUp;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers.values()].map(({ process }) => ended(process)));
    await this.aws.close();
    await this.issuer.close();
    rmSync(this.#scratch, { recursive: true });
  }

  /** Runs the commands, then starts and ends servers as pods came and went. */
  async run(commands: string): Promise<void> {
    await runCommands(commands, this);
    await this.#keepUp();
  }

  fillIn(text: string): string {
    return text
      .replace(/^OIDC_ISSUER=.*$/m, `OIDC_ISSUER=${this.issuer.issuer}`)
      .replace(/^EXTERNAL_ID=.*$/m, `EXTERNAL_ID=${EXTERNAL_ID}`);
  }

  async other(words: readonly string[]): Promise<void> {
    const [program] = words;
    if (program === 'curl') this.curled.push(await this.#curl(words));
    else if (program === SCRIPT) this.#refreshCredentials(words);
    else throw new Error(`nobody knows ${words.join(' ')}`);
  }

  /** One tool call as LibreChat's configuration has it made: by whom, with a token of theirs if they signed in. */
  async callTool(token?: string): Promise<Answer> {
    const url = new URL(this.frontEnd().url);
    const pods = this.cluster.route(url, FRONT_END);
    return this.#send(pods, url, {
      path: `${url.pathname}/tools/call`,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ name: 'get_active_alarms', arguments: {} }),
    });
  }

  /** POST without a body, with a token, from the front end's pod. */
  async ask(address: string, token: string): Promise<Answer> {
    const url = new URL(address);
    const headers = { authorization: `Bearer ${token}` };
    return this.#send(this.cluster.route(url, FRONT_END), url, { path: url.pathname, method: 'POST', headers });
  }

  /** What a kubelet is answered, which calls a pod by its address. */
  probe(namespace: string, path: string): Promise<Answer> {
    const pods = this.cluster.rolledOut('cloudwatch-mcp', namespace);
    return this.#send(pods, new URL('http://10.0.3.4:3334'), { path, headers: {} });
  }

  /** What LibreChat knows of this server at the moment. */
  frontEnd(): {
    readonly url: string;
    readonly requiresOAuth: boolean;
    readonly environment: RunningPods['environment'];
  } {
    const { files, environment } = this.cluster.rolledOut('librechat', 'chat');
    const config = parse(files['/app/librechat.yaml'] ?? '') as {
      mcpServers: { cloudwatch: { url: string; requiresOAuth: boolean } };
    };
    return { ...config.mcpServers.cloudwatch, environment };
  }

  /** The log of the server in a namespace. */
  logOf(namespace: string): readonly Record<string, unknown>[] {
    return this.#servers.get(namespace)?.process.lines() ?? [];
  }

  async #keepUp(): Promise<void> {
    const pods = this.cluster.running().filter(({ deployment }) => deployment === 'cloudwatch-mcp');
    for (const [namespace, { process, generation }] of this.#servers) {
      if (pods.some((pod) => pod.namespace === namespace && pod.generation === generation)) continue;
      this.#servers.delete(namespace);
      await ended(process);
    }
    for (const pod of pods) {
      if (this.#servers.has(pod.namespace)) continue;
      const process = await ServerProcess.start({ env: this.#environmentOf(pod) });
      await ready(process);
      this.#servers.set(pod.namespace, { process, generation: pod.generation });
    }
  }

  /** What the pod says, what the image and Pod Identity add, and this machine in place of the network. */
  #environmentOf({ environment, files }: RunningPods): Record<string, string> {
    const places = Object.entries(files).map(([path, text], index) => {
      const file = join(this.#scratch, `${this.#servers.size}-${index}`);
      writeFileSync(file, text);
      return [path, file] as const;
    });
    const mounted = Object.entries(environment).map(([name, value]) => [name, new Map(places).get(value) ?? value]);
    return {
      NODE_ENV: 'production',
      ...(places.length === 0 && {
        AWS_ACCESS_KEY_ID: SERVER_ACCESS_KEY_ID,
        AWS_SECRET_ACCESS_KEY: SERVER_SECRET_ACCESS_KEY,
      }),
      ...(Object.fromEntries(mounted) as Record<string, string>),
      CLOUDWATCH_MCP_SERVER_HOST: '127.0.0.1',
      CLOUDWATCH_MCP_PORT: '0',
      METRICS_PORT: '0',
      AWS_ENDPOINT_URL: this.aws.url,
      INSECURE_ALLOW_AWS_ENDPOINT: 'true',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  async #curl(words: readonly string[]): Promise<Answer> {
    await this.#keepUp();
    const url = new URL(words.find((word) => word.startsWith('https://')) ?? '');
    const [name, value] = (words[words.indexOf('--header') + 1] ?? '').split(': ');
    const headers = name !== undefined && value !== undefined ? { [name]: value } : {};
    const method = words.includes('--request') ? (words[words.indexOf('--request') + 1] ?? '') : 'GET';
    return this.#send(this.cluster.route(url, FRONT_END), url, { path: url.pathname, method, headers });
  }

  #send({ namespace }: RunningPods, url: URL, sent: Omit<Sent, 'port'>): Promise<Answer> {
    const server = this.#servers.get(namespace);
    if (server === undefined) throw new Error(`no server runs in ${namespace}`);
    return send({ ...sent, port: server.process.port, headers: { ...sent.headers, host: url.host } });
  }

  /** The script itself, with the two programs it uses replaced: it may reach neither AWS nor a cluster. */
  #refreshCredentials([, ...words]: readonly string[]): void {
    const bin = mkdtempSync(join(this.#scratch, 'bin-'));
    const { accessKeyId, secretAccessKey } = localProfile(LOCAL_ACCOUNT);
    const stub = (name: string, script: string): void =>
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    stub('aws', `printf 'AWS_ACCESS_KEY_ID=${accessKeyId}\\nAWS_SECRET_ACCESS_KEY=${secretAccessKey}\\n'`);
    stub(
      'kubectl',
      `echo "$*" >> ${bin}/calls; for word in "$@"; do case $word in --from-file=credentials=*) cp "\${word#*=*=}" ${bin}/secret;; esac; done`,
    );
    execFileSync(join(ROOT, SCRIPT), words, { env: { PATH: `${bin}:/usr/bin:/bin` } });
    const credentials = readFileSync(join(bin, 'secret'), 'utf8');
    const namespace = 'cloudwatch-mcp-test';
    const metadata = { name: 'aws-credentials', namespace };
    this.cluster.apply([{ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { credentials } }]);
    if (readFileSync(join(bin, 'calls'), 'utf8').includes('rollout restart deployment/cloudwatch-mcp'))
      this.cluster.restart('cloudwatch-mcp', namespace);
  }
}

/** As `kubectl rollout status` waits. */
async function ready({ url }: ServerProcess): Promise<void> {
  await vi.waitFor(async () => expect((await fetch(`${url}/health/ready`)).status).toBe(200), { timeout: 15_000 });
}

async function ended(process: ServerProcess): Promise<void> {
  process.signal('SIGKILL');
  await process.ended;
}

function send({ port, path, method, headers, body }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
