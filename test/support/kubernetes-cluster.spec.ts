import { describe, expect, it } from 'vitest';
import { readMarkdown } from '../contract/markdown.js';
import { Cluster } from './kubernetes-cluster.js';
import { runCommands, type Workplace } from './kubernetes-commands.js';
import { type KubernetesObject, render } from './kubernetes-render.js';

const NO_AUTH = 'config/kubernetes/librechat/no-auth';
const OAUTH = 'config/kubernetes/librechat/oauth';
const FRONT_END = { namespace: 'chat', labels: { 'app.kubernetes.io/name': 'librechat' } };

const secret = (name: string, namespace: string, stringData: Record<string, string> = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  stringData,
});

function withFrontEnd(): Cluster {
  const cluster = new Cluster();
  cluster.apply(render(NO_AUTH));
  cluster.apply([secret('librechat', 'chat')]);
  return cluster;
}

function place(cluster: Cluster): Workplace & { readonly others: string[] } {
  const others: string[] = [];
  return {
    cluster,
    own: {},
    others,
    fillIn: (text) => text,
    other: async ([program = '']) => void others.push(program),
  };
}

describe('Cluster', () => {
  it('has pods wait for the Secret that they name, and starts them once it is there', () => {
    const cluster = new Cluster();
    cluster.apply(render(NO_AUTH));
    expect(() => cluster.rolledOut('librechat', 'chat')).toThrow('Secret "librechat" not found');
    cluster.apply([secret('librechat', 'chat')]);
    expect(cluster.rolledOut('librechat', 'chat').generation).toBe(1);
  });

  it('has pods keep what they read at their start until they are restarted', () => {
    const cluster = withFrontEnd();
    const config = (): string => cluster.rolledOut('librechat', 'chat').files['/app/librechat.yaml'] ?? '';
    const oauth = render(OAUTH).filter(({ kind }) => kind === 'ConfigMap');
    expect(config()).toContain('requiresOAuth: false');
    cluster.apply(oauth);
    expect(config()).toContain('requiresOAuth: false');
    cluster.restart('librechat', 'chat');
    expect(config()).toContain('requiresOAuth: true');
  });

  it('knows no way to what is not there, not selected or forbidden', () => {
    const cluster = withFrontEnd();
    const url = new URL('http://cloudwatch-mcp.cloudwatch-mcp-test.svc:3334/mcp');
    expect(() => cluster.route(url, FRONT_END)).toThrow('no service');
    cluster.apply(render('config/kubernetes/overlays/dev'));
    expect(() => cluster.route(url, FRONT_END)).toThrow('nothing behind');
    cluster.apply([secret('aws-credentials', 'cloudwatch-mcp-test')]);
    expect(cluster.route(url, FRONT_END).namespace).toBe('cloudwatch-mcp-test');
    expect(() => cluster.route(url, { ...FRONT_END, namespace: 'default' })).toThrow('forbidden');
    expect(() => cluster.route(new URL('https://mcp.example.com/mcp'), FRONT_END)).toThrow('nothing answers');
  });

  it('takes everything of a namespace away with it', () => {
    const cluster = withFrontEnd();
    cluster.delete('Namespace', 'chat');
    expect(cluster.objectsIn('chat')).toEqual([]);
    expect(cluster.running()).toEqual([]);
    expect(() => cluster.apply([secret('librechat', 'chat')])).toThrow('namespace chat not found');
  });
});

describe('runCommands', () => {
  it('runs the commands of the deployment document as they stand there [E4][E8]', async () => {
    const { text } = readMarkdown('docs/deployment.md');
    const [, section = ''] = /^## Kubernetes\n([^]*?)^## /m.exec(text) ?? [];
    const commands = [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, body = '']) => body).join('');
    const where = place(new Cluster());
    await runCommands(commands, where);
    expect(where.cluster.rolledOut('cloudwatch-mcp', 'cloudwatch-mcp').environment).toMatchObject({
      PUBLIC_URL: 'https://mcp.example.com',
      STATE_SECRET: expect.stringMatching(/^.{64}$/) as string,
    });
    expect(where.others).toContain('aws');
  });

  it('fails for a command that it does not know, and for one that would fail', async () => {
    const where = place(withFrontEnd());
    await expect(runCommands('kubectl scale deployment/librechat --replicas 0', where)).rejects.toThrow('nobody knows');
    await expect(runCommands('kubectl delete namespace elsewhere', where)).rejects.toThrow('not found');
    await expect(runCommands('kubectl apply --kustomize config/kubernetes/overlays/eks', where)).rejects.toThrow(
      'parameters.env: no such file',
    );
    await expect(
      runCommands('kubectl rollout restart deployment/librechat --namespace default', where),
    ).rejects.toThrow('not found');
  });
});
