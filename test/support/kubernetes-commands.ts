import { randomBytes } from 'node:crypto';
import { readProjectFile } from '../contract/markdown.js';
import type { Cluster } from './kubernetes-cluster.js';
import { type OwnFiles, render } from './kubernetes-render.js';

/** Where documented commands run. */
export interface Workplace {
  readonly cluster: Cluster;
  /** Files that commands made, by their path from the project's root. */
  readonly own: Record<string, string>;
  /** What an operator writes into a file that was copied for them to fill in. */
  fillIn(text: string): string;
  /** Every command that is not kubectl's: its words. */
  other(words: readonly string[]): Promise<void>;
}

/** Does what the commands of a document do, one after the other. @throws Error for what would fail, or is not known */
export async function runCommands(text: string, place: Workplace): Promise<void> {
  for (const line of text.replaceAll('\\\n', ' ').split('\n')) {
    const words = wordsOf(line);
    if (words.length > 0) await run(words, place);
  }
}

/** The words of the first command of a line; what a shell would fill in is filled in with something of its kind. */
function wordsOf(line: string): readonly string[] {
  const filled = line
    .replaceAll(/\$\(openssl rand -base64 48\)/g, () => randomBytes(48).toString('base64'))
    .replaceAll(/\$[A-Z_]+/g, 'value-of-a-variable');
  const words = [...filled.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) => word.replaceAll(/['"]/g, ''));
  const end = words.findIndex((word) => word === '|' || word.startsWith('#'));
  return end === -1 ? words : words.slice(0, end);
}

async function run(words: readonly string[], place: Workplace): Promise<void> {
  const [program, ...rest] = words;
  if (program === 'cp') copy(rest, place);
  else if (program === 'kubectl') kubectl(rest, place);
  else await place.other(words);
}

function copy([from = '', to = '']: readonly string[], place: Workplace): void {
  place.own[to] = place.fillIn(readProjectFile(from));
}

function kubectl(words: readonly string[], { cluster, own }: Workplace): void {
  const namespace = words[words.indexOf('--namespace') + 1] ?? '';
  const [verb, ...rest] = words;
  const [what = '', name = ''] = rest;
  const deployment = (rest.find((word) => word.startsWith('deployment/')) ?? '').replace('deployment/', '');
  if (verb === 'apply') return apply(cluster, own, what, name);
  if (verb === 'create' && what === 'secret') return createSecret(cluster, rest, namespace);
  if (verb === 'rollout' && what === 'restart') return cluster.restart(deployment, namespace);
  if (verb === 'rollout' && what === 'status') return void cluster.rolledOut(deployment, namespace);
  if (verb === 'logs') return void cluster.rolledOut(deployment, namespace);
  if (verb === 'delete' && what === 'namespace') return cluster.delete('Namespace', name);
  if (verb === 'delete' && what === 'secret') return cluster.delete('Secret', name, namespace);
  if (verb === 'kustomize') return void render(what, own);
  if (verb === 'get') return;
  throw new Error(`nobody knows kubectl ${words.join(' ')}`);
}

function apply(cluster: Cluster, own: OwnFiles, flag: string, path: string): void {
  if (flag === '--kustomize') return cluster.apply(render(path, own));
  if (flag === '--filename') return cluster.applyText(readProjectFile(path));
  throw new Error(`nobody knows kubectl apply ${flag}`);
}

function createSecret(cluster: Cluster, words: readonly string[], namespace: string): void {
  const literals = words.map((word) => /^--from-literal=([^=]+)=(.*)$/.exec(word)).filter((found) => found !== null);
  const stringData = Object.fromEntries(literals.map(([, key = '', value = '']) => [key, value]));
  const [, , name = ''] = words;
  cluster.apply([{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData }]);
}
