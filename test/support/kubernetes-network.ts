import { BlockList } from 'node:net';
import type { KubernetesObject } from './kubernetes-render.js';

type Labels = Readonly<Record<string, string>>;

/** A pod, by what network policies see of it. */
export interface Pod {
  readonly namespace: string;
  readonly labels: Labels;
}

/** Whoever has an address outside of the cluster's pods, such as a load balancer. */
export interface Address {
  readonly ip: string;
}

/** One end of a connection. */
export type Peer = Pod | Address;

interface Selector {
  readonly matchLabels?: Labels;
}

interface PeerRule {
  readonly namespaceSelector?: Selector;
  readonly podSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string };
}

interface Rule {
  readonly from?: readonly PeerRule[];
  readonly to?: readonly PeerRule[];
  readonly ports?: readonly { readonly protocol: string; readonly port: number }[];
}

interface PolicySpec {
  readonly podSelector: Selector;
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/** Whether the network policies among the objects let `from` reach a pod at a TCP port: any rule of any policy may. */
export function mayReach(objects: readonly KubernetesObject[], from: Peer, to: Pod, port: number): boolean {
  return allowed(policiesOf(objects, to, 'Ingress'), 'ingress', { pod: to, peer: from, port, protocol: 'TCP' });
}

/** Whether they let a pod out to a peer. */
export function mayLeaveTo(
  objects: readonly KubernetesObject[],
  pod: Pod,
  to: Peer,
  port: number,
  protocol = 'TCP',
): boolean {
  return allowed(policiesOf(objects, pod, 'Egress'), 'egress', { pod, peer: to, port, protocol });
}

interface Connection {
  readonly pod: Pod;
  readonly peer: Peer;
  readonly port: number;
  readonly protocol: string;
}

function policiesOf(objects: readonly KubernetesObject[], pod: Pod, type: string): readonly PolicySpec[] {
  return objects
    .filter(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.namespace === pod.namespace)
    .map((object) => object['spec'] as PolicySpec)
    .filter((spec) => spec.policyTypes.includes(type) && selects(spec.podSelector, pod.labels));
}

function allowed(
  policies: readonly PolicySpec[],
  way: 'ingress' | 'egress',
  { pod, peer, port, protocol }: Connection,
): boolean {
  if (policies.length === 0) return true;
  const rules = policies.flatMap((spec) => spec[way] ?? []);
  return rules.some((rule) => {
    const peers = way === 'ingress' ? rule.from : rule.to;
    const thatPort = rule.ports?.some((each) => each.port === port && each.protocol === protocol) ?? true;
    return thatPort && (peers?.some((each) => matches(each, peer, pod.namespace)) ?? true);
  });
}

/** Both selectors of one entry must match; a pod without a selector of namespaces is one of the policy's own. */
function matches(rule: PeerRule, peer: Peer, own: string): boolean {
  if ('ip' in peer) return rule.ipBlock !== undefined && within(peer.ip, rule.ipBlock.cidr);
  if (rule.ipBlock !== undefined) return rule.ipBlock.cidr === '0.0.0.0/0';
  const namespace = { 'kubernetes.io/metadata.name': peer.namespace };
  const fromThere =
    rule.namespaceSelector === undefined ? peer.namespace === own : selects(rule.namespaceSelector, namespace);
  return fromThere && selects(rule.podSelector ?? {}, peer.labels);
}

/** Whether a selector selects what has these labels. */
export function selects({ matchLabels = {} }: Selector, labels: Labels): boolean {
  return Object.entries(matchLabels).every(([name, value]) => labels[name] === value);
}

function within(ip: string, cidr: string): boolean {
  const [network = '', bits] = cidr.split('/');
  const block = new BlockList();
  block.addSubnet(network, Number(bits));
  return block.check(ip);
}
