import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import { readdir, readFile } from 'node:fs/promises';
import type { GeneratedNamespace } from '../metrics/metadata/metric-metadata.js';
import { inHouseStyle } from './house-style.js';

const FOLDER = 'src/metrics/metadata';
const INDEX = `${FOLDER}/metadata-files.ts`;

/** Where the specification has a metric several times: what tells most of one resource comes first. */
const STATISTICS = ['Average', 'Maximum', 'Minimum', 'p95', 'Sum', 'SampleCount'];

type GeneratedMetric = GeneratedNamespace['metrics'][string];

/** Every file of metric metadata that is written from data, by its path, as it must be committed. */
export async function metricMetadataFiles(): Promise<ReadonlyMap<string, string>> {
  const namespaces = await specifiedNamespaces();
  const files = namespaces.map(
    async (file) =>
      [
        `${FOLDER}/generated/${slug(file.namespace)}.json`,
        await inHouseStyle(JSON.stringify(file, null, 2), 'json'),
      ] as const,
  );
  const generated = namespaces.map(({ namespace }) => namespace);
  const index = metadataIndex(generated, await documentedNamespaces());
  return new Map([...(await Promise.all(files)), [INDEX, await inHouseStyle(index, 'typescript')]]);
}

/** The file name of a namespace: `AWS/EC2` is `aws-ec2`. */
export function slug(namespace: string): string {
  return namespace
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

/** All metrics of the service specification of AWS, by namespace, in one order for all machines. */
async function specifiedNamespaces(): Promise<readonly GeneratedNamespace[]> {
  const specification = await loadAwsServiceSpec();
  const namespaces = new Map<string, Map<string, GeneratedMetric>>();
  for (const metric of specification.all('metric')) {
    const metrics = namespaces.get(metric.namespace) ?? new Map<string, GeneratedMetric>();
    namespaces.set(metric.namespace, metrics);
    const sets = specification
      .follow('usesDimensionSet', metric)
      .map(({ entity }) => entity.dimensions.map(({ name }) => name).sort());
    metrics.set(metric.name, merged(metrics.get(metric.name), metric.statistic, sets));
  }
  return sorted(namespaces).map(([namespace, metrics]) => ({
    namespace,
    metrics: Object.fromEntries(sorted(metrics)),
  }));
}

function merged(known: GeneratedMetric | undefined, statistic: string, sets: readonly string[][]): GeneratedMetric {
  const statistics = [known?.statistic, ...(known?.otherStatistics ?? []), statistic]
    .filter((name) => name !== undefined)
    .sort((a, b) => STATISTICS.indexOf(a) - STATISTICS.indexOf(b));
  const bySet = new Map([...(known?.dimensionSets ?? []), ...sets].map((set) => [JSON.stringify(set), set]));
  const [first, ...others] = statistics;
  return {
    statistic: first,
    ...(others.length > 0 && { otherStatistics: others }),
    dimensionSets: [...bySet.values()].sort((a, b) => a.length - b.length || (a.join() < b.join() ? -1 : 1)),
  };
}

async function documentedNamespaces(): Promise<readonly string[]> {
  const folder = new URL(`../../${FOLDER}/documented/`, import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  return Promise.all(files.map(async (name) => namespaceOf(name, await readFile(new URL(name, folder), 'utf8'))));
}

function namespaceOf(file: string, text: string): string {
  const { namespace } = JSON.parse(text) as { namespace: string };
  if (file !== `${slug(namespace)}.json`) throw new Error(`${file} must be named ${slug(namespace)}.json`);
  return namespace;
}

function metadataIndex(generated: readonly string[], documented: readonly string[]): string {
  const table = (folder: string, namespaces: readonly string[]): string =>
    namespaces
      .toSorted()
      .map((name) => `'${name}': () => import('./${folder}/${slug(name)}.json', { with: { type: 'json' } }),\n`)
      .join('');
  return `/** Loads the file of one namespace; the module loader keeps it. */
type MetadataFile = () => Promise<{ readonly default: unknown }>;

// Written by \`npm run generate\` from the files beside it.

/** What AWS specifies, by namespace. */
export const GENERATED: Readonly<Record<string, MetadataFile>> = {
${table('generated', generated)}};

/** What is written by hand, by namespace. */
export const DOCUMENTED: Readonly<Record<string, MetadataFile>> = {
${table('documented', documented)}};
`;
}

function sorted<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
