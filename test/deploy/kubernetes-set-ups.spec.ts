import { configSchema } from 'librechat-data-provider';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadAppConfig } from '../../src/config/app-config.js';
import { settingsSchema } from '../../src/config/settings.js';
import { readProjectFile } from '../contract/markdown.js';
import { valueAt } from '../support/kubernetes-merge.js';
import { mayLeaveTo, mayReach, type Peer, selects } from '../support/kubernetes-network.js';
import { environmentOf, type PodSpec } from '../support/kubernetes-pod.js';
import { type KubernetesObject, manifests, render } from '../support/kubernetes-render.js';
import { eksWith, FOLDERS, PARAMETERS, the } from './kubernetes-folders.js';

const KUBERNETES = 'config/kubernetes';
const [EKS, DEV] = FOLDERS;
const LIVE = { namespace: 'cloudwatch-mcp', labels: { 'app.kubernetes.io/name': 'cloudwatch-mcp' } };
const SECRET: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'cloudwatch-mcp', namespace: 'cloudwatch-mcp' },
  stringData: { STATE_SECRET: 'a-secret-of-forty-eight-characters-and-then-some' },
};

const podSpec = (objects: readonly KubernetesObject[], name = 'cloudwatch-mcp'): PodSpec =>
  valueAt(the(objects, 'Deployment', name), 'spec.template.spec') as PodSpec;

const numberAfter = (text: unknown, name: string): number =>
  Number(new RegExp(`${name}=(\\d+)`).exec(String(text))?.[1]);

describe('the environment of the server', () => {
  /** Read by the AWS SDK, not by the server. */
  const OF_THE_SDK = new Set(['AWS_SHARED_CREDENTIALS_FILE']);
  const environment = (folder: string): Record<string, string> => {
    const objects = render(folder, PARAMETERS);
    return { ...environmentOf(podSpec(objects), [...objects, SECRET]) };
  };

  it.each([EKS, DEV])('of %s has only variables that there are, and the server starts with it [E4]', (folder) => {
    const variables = environment(folder);
    const unknown = Object.keys(variables).filter((name) => !(name in settingsSchema.shape));
    expect(unknown.filter((name) => !OF_THE_SDK.has(name))).toEqual([]);
    const { http } = loadAppConfig({ NODE_ENV: 'production', ...variables });
    expect(http).toMatchObject({ port: 3334, metricsPort: 9464, host: '0.0.0.0' });
    expect(http.allowedHosts).toContain(
      `cloudwatch-mcp.${the(render(folder, PARAMETERS), 'Service').metadata.namespace}.svc`,
    );
  });

  it('would not be one with the variables that Kubernetes makes of Services', () => {
    const objects = render(EKS, PARAMETERS);
    const linked = environmentOf({ ...podSpec(objects), enableServiceLinks: true }, [...objects, SECRET]);
    expect(() => loadAppConfig(linked)).toThrow('CLOUDWATCH_MCP_PORT');
  });

  it('has authentication on in production, with the audience that clients find, and without a warning [E4]', () => {
    const config = loadAppConfig(environment(EKS));
    expect(config.auth.enabled).toBe(true);
    expect(config.http.publicUrl).toBe('https://mcp.example.com');
    expect(config.auth.issuers[0]?.audiences).toEqual([config.http.resource]);
    expect(config.warnings).toEqual([]);
  });

  it('has authentication off in the test set-up alone, which says so [E4]', () => {
    const config = loadAppConfig(environment(DEV));
    expect(config.auth.enabled).toBe(false);
    expect(config.warnings.join('\n')).toContain('AUTHENTICATION IS OFF');
    expect(readProjectFile(`${DEV}/kustomization.yaml`)).toMatch(/^# For tests only: NO AUTHENTICATION/);
    expect(the(render(DEV), 'Namespace').metadata.name).not.toBe(
      the(render(EKS, PARAMETERS), 'Namespace').metadata.name,
    );
  });

  it('trusts the addresses of the balancer, and limits as if all replicas ran that may [E4]', () => {
    const objects = render(EKS, PARAMETERS);
    const { TRUSTED_PROXIES: proxies, EXPECTED_REPLICAS: replicas } = environment(EKS);
    const from = valueAt(the(objects, 'NetworkPolicy', 'cloudwatch-mcp-balancer'), 'spec.ingress.0.from');
    expect((from as { ipBlock: { cidr: string } }[]).map(({ ipBlock }) => ipBlock.cidr).join(',')).toBe(proxies);
    expect(Number(replicas)).toBe(valueAt(the(objects, 'HorizontalPodAutoscaler'), 'spec.maxReplicas'));
  });

  it('has its secrets from a Secret that no folder holds [E4]', () => {
    for (const folder of FOLDERS)
      expect(
        render(folder, PARAMETERS).filter(({ kind }) => kind === 'Secret'),
        folder,
      ).toEqual([]);
    const objects = render(EKS, PARAMETERS);
    expect(() => environmentOf(podSpec(objects), objects)).toThrow('Secret "cloudwatch-mcp" not found');
    const made = the(eksWith('external-secret'), 'ExternalSecret');
    expect(valueAt(made, 'spec.target.name')).toBe('cloudwatch-mcp');
    const [example] = manifests(readProjectFile(`${KUBERNETES}/base/secret.example.yaml`));
    expect(Object.keys(example?.['stringData'] as object)).toEqual(['STATE_SECRET']);
    expect(valueAt(made, 'spec.data.0.secretKey')).toBe('STATE_SECRET');
  });
});

describe.each([EKS, DEV])('the pods of %s', (folder) => {
  const objects = render(folder, PARAMETERS);
  const deployment = the(objects, 'Deployment');
  const labels = valueAt(deployment, 'spec.template.metadata.labels') as Record<string, string>;

  it('are the ones that everything selects [E4]', () => {
    const selectors = objects.flatMap((object) => {
      const spec = object['spec'] as Record<string, { matchLabels?: Record<string, string> }> | undefined;
      if (object.kind === 'Service') return [{ matchLabels: spec?.['selector'] as Record<string, string> }];
      return object.kind === 'ServiceMonitor'
        ? []
        : [spec?.['selector'], spec?.['podSelector']].filter((one) => one !== undefined);
    });
    expect(selectors.length).toBeGreaterThanOrEqual(3);
    for (const selector of selectors) {
      expect(Object.keys(selector.matchLabels ?? {})).toHaveLength(1);
      expect(selects(selector, labels)).toBe(true);
    }
    for (const monitor of objects.filter(({ kind }) => kind === 'ServiceMonitor'))
      expect(selects(valueAt(monitor, 'spec.selector') as object, the(objects, 'Service').metadata.labels ?? {})).toBe(
        true,
      );
  });

  it('run as nobody in particular, with a root they cannot write to and no rights of their own [E4]', () => {
    expect(valueAt(deployment, 'spec.template.spec')).toMatchObject({
      automountServiceAccountToken: false,
      serviceAccountName: the(objects, 'ServiceAccount').metadata.name,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 10001,
        runAsGroup: 10001,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          image: 'ghcr.io/your-organization/cloudwatch-mcp-server:0.1.0',
          resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '512Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    });
    expect(the(objects, 'Namespace').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    const mounts = valueAt(deployment, 'spec.template.spec.containers.0.volumeMounts') as {
      mountPath: string;
      readOnly?: boolean;
    }[];
    expect(mounts.filter(({ readOnly }) => readOnly !== true).map(({ mountPath }) => mountPath)).toEqual(['/tmp']);
  });

  it('listen where probes, Service and policies look for them [E4]', () => {
    const ports = { http: 3334, metrics: 9464 };
    const declared = valueAt(deployment, 'spec.template.spec.containers.0.ports') as {
      name: string;
      containerPort: number;
    }[];
    expect(Object.fromEntries(declared.map(({ name, containerPort }) => [name, containerPort]))).toEqual(ports);
    const offered = valueAt(the(objects, 'Service'), 'spec.ports') as {
      name: string;
      port: number;
      targetPort: string;
    }[];
    expect(Object.fromEntries(offered.map(({ targetPort, port }) => [targetPort, port]))).toEqual(ports);
    const probe = (name: string): unknown => valueAt(deployment, `spec.template.spec.containers.0.${name}.httpGet`);
    expect(probe('startupProbe')).toEqual({ path: '/health/live', port: 'http' });
    expect(probe('livenessProbe')).toEqual({ path: '/health/live', port: 'http' });
    expect(probe('readinessProbe')).toEqual({ path: '/health/ready', port: 'http' });
  });

  it('have the 25 seconds that the server takes at most to end [E4]', () => {
    const spec = valueAt(deployment, 'spec.template.spec') as { terminationGracePeriodSeconds: number };
    const waiting = Number(valueAt(spec, 'containers.0.lifecycle.preStop.sleep.seconds') ?? 0);
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(waiting + 25);
  });
});

describe('the replicas in production', () => {
  const objects = render(EKS, PARAMETERS);

  it('are two at least, on different machines where possible, and never all gone at once [E4]', () => {
    expect(valueAt(the(objects, 'HorizontalPodAutoscaler'), 'spec')).toMatchObject({ minReplicas: 2, maxReplicas: 4 });
    expect(valueAt(the(objects, 'HorizontalPodAutoscaler'), 'spec.scaleTargetRef.name')).toBe(
      the(objects, 'Deployment').metadata.name,
    );
    expect(valueAt(the(objects, 'Deployment'), 'spec')).not.toHaveProperty('replicas');
    expect(valueAt(the(objects, 'Deployment'), 'spec.strategy.rollingUpdate')).toEqual({
      maxUnavailable: 0,
      maxSurge: 1,
    });
    expect(valueAt(the(objects, 'PodDisruptionBudget'), 'spec.maxUnavailable')).toBe(1);
    const spread = valueAt(the(objects, 'Deployment'), 'spec.template.spec.topologySpreadConstraints');
    expect((spread as { topologyKey: string }[]).map(({ topologyKey }) => topologyKey)).toEqual([
      'topology.kubernetes.io/zone',
      'kubernetes.io/hostname',
    ]);
  });

  it('are behind a balancer that speaks HTTPS alone, and outlive what it may still send them [E4]', () => {
    const ingress = the(objects, 'Ingress');
    const annotation = (name: string): unknown => ingress.metadata.annotations?.[`alb.ingress.kubernetes.io/${name}`];
    expect(JSON.parse(String(annotation('listen-ports')))).toEqual([{ HTTPS: 443 }]);
    expect(annotation('ssl-redirect')).toBeUndefined();
    expect(annotation('target-type')).toBe('ip');
    expect(annotation('healthcheck-path')).toBe('/health/ready');
    expect(annotation('ssl-policy')).toBe('ELBSecurityPolicy-TLS13-1-2-Res-2021-06');
    expect(annotation('certificate-arn')).toMatch(/^arn:aws:acm:/);
    expect(annotation('load-balancer-attributes')).toContain('drop_invalid_header_fields.enabled=true');
    expect(annotation('load-balancer-attributes')).toContain('desync_mitigation_mode=strictest');
    const idle = numberAfter(annotation('load-balancer-attributes'), 'idle_timeout.timeout_seconds');
    // The server keeps a connection for 65 seconds, and writes into an open stream every 15.
    expect(idle).toBeGreaterThan(15);
    expect(idle).toBeLessThan(65);
    const delay = numberAfter(annotation('target-group-attributes'), 'deregistration_delay.timeout_seconds');
    expect(delay).toBeGreaterThanOrEqual(15 + 25);
    expect(valueAt(ingress, 'spec.rules.0.http.paths.0.backend.service')).toEqual({
      name: the(objects, 'Service').metadata.name,
      port: { name: 'http' },
    });
  });
});

describe('the network policies', () => {
  const objects = eksWith('redis');
  const pod = (namespace: string, name: string): Peer => ({ namespace, labels: { 'app.kubernetes.io/name': name } });

  it.each<[string, Peer, number, boolean]>([
    ['the front end', pod('chat', 'librechat'), 3334, true],
    ['the balancer', { ip: '10.0.0.17' }, 3334, true],
    ['the balancer in its other subnet', { ip: '10.0.1.17' }, 3334, true],
    ['Prometheus', pod('monitoring', 'prometheus'), 9464, true],
    ['another pod of the front end’s namespace', pod('chat', 'mongodb'), 3334, false],
    ['a pod elsewhere that is labelled as the front end', pod('default', 'librechat'), 3334, false],
    ['a pod of its own namespace', pod('cloudwatch-mcp', 'debug'), 3334, false],
    ['another machine of the network', { ip: '10.0.2.17' }, 3334, false],
    ['the world', { ip: '203.0.113.9' }, 3334, false],
    ['the front end, for metrics', pod('chat', 'librechat'), 9464, false],
    ['the balancer, for metrics', { ip: '10.0.0.17' }, 9464, false],
    ['Prometheus, for tools', pod('monitoring', 'prometheus'), 3334, false],
  ])('let %s in or not [E4]', (_who, from, port, allowed) => {
    expect(mayReach(objects, from, LIVE, port)).toBe(allowed);
  });

  it('let the server out to names, AWS and issuers, Pod Identity and Redis, and to nothing else [E4]', () => {
    const dns: Peer = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };
    expect(mayLeaveTo(objects, LIVE, dns, 53, 'UDP')).toBe(true);
    expect(mayLeaveTo(objects, LIVE, { ip: '169.254.20.10' }, 53, 'UDP')).toBe(true);
    expect(mayLeaveTo(objects, LIVE, { ip: '203.0.113.9' }, 443)).toBe(true);
    expect(mayLeaveTo(objects, LIVE, { ip: '169.254.170.23' }, 80)).toBe(true);
    expect(mayLeaveTo(objects, LIVE, { ip: '10.0.3.9' }, 6379)).toBe(true);
    expect(mayLeaveTo(render(EKS, PARAMETERS), LIVE, { ip: '10.0.3.9' }, 6379)).toBe(false);
    // The instance's own credentials.
    expect(mayLeaveTo(objects, LIVE, { ip: '169.254.169.254' }, 80)).toBe(false);
    expect(mayLeaveTo(objects, LIVE, { ip: '203.0.113.9' }, 80)).toBe(false);
    expect(mayLeaveTo(objects, LIVE, pod('chat', 'mongodb'), 27_017)).toBe(false);
  });

  it('of the test set-up let in the front end, and no balancer [E4]', () => {
    const test = { ...LIVE, namespace: 'cloudwatch-mcp-test' };
    expect(mayReach(render(DEV), pod('chat', 'librechat'), test, 3334)).toBe(true);
    expect(mayReach(render(DEV), { ip: '10.0.0.17' }, test, 3334)).toBe(false);
    expect(render(DEV).map(({ kind }) => kind)).not.toContain('Ingress');
  });

  it('are what keeps others out: without them everybody is let in', () => {
    const none = objects.filter(({ kind }) => kind !== 'NetworkPolicy');
    expect(mayReach(none, pod('default', 'anything'), LIVE, 3334)).toBe(true);
  });
});

describe('LibreChat beside it', () => {
  it.each(['oauth', 'no-auth'])('has in %s a configuration of which LibreChat drops nothing [E2][E4]', (name) => {
    const objects = render(`${KUBERNETES}/librechat/${name}`);
    const secrets = ['librechat', 'oauth-credentials'].map((each): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: each },
      stringData: { 'client-id': 'librechat', 'client-secret': 'canary' },
    }));
    const variables = environmentOf(podSpec(objects, 'librechat'), [...objects, ...secrets]);
    const text = String(valueAt(the(objects, 'ConfigMap'), 'data.[librechat.yaml]'));
    const given = parse(text.replaceAll(/\$\{(\w+)\}/g, (all, each: string) => variables[each] ?? all)) as object;
    const { data: kept } = configSchema.safeParse(given);
    expect(kept).toMatchObject(given);
    expect(the(objects, 'Deployment').metadata.namespace).toBe('chat');
    expect(valueAt(the(objects, 'Deployment'), 'spec.template.metadata.labels')).toEqual({
      'app.kubernetes.io/name': 'librechat',
    });
  });

  it('calls the test set-up by a name that the server accepts and LibreChat may use [E4]', () => {
    const config = parse(readProjectFile(`${KUBERNETES}/librechat/no-auth/librechat.yaml`)) as {
      mcpSettings: { allowedAddresses: string[] };
      mcpServers: { cloudwatch: { url: string } };
    };
    const { host, hostname } = new URL(config.mcpServers.cloudwatch.url);
    expect(config.mcpSettings.allowedAddresses).toEqual([host]);
    expect(String(valueAt(the(render(DEV), 'ConfigMap'), 'data.ALLOWED_HOSTS')).split(',')).toContain(hostname);
  });
});
