import { Injectable } from '@nestjs/common';
import { DOCUMENTED, GENERATED } from './metadata-files.js';
import type { DocumentedNamespace, GeneratedNamespace, MetricMetadata } from './metric-metadata.js';

/**
 * What is known of AWS's own metrics without asking AWS. Names are exact, as CloudWatch's are. The files of a namespace
 * are read when it is first asked for.
 */
@Injectable()
export class MetricMetadataStore {
  /** All that is known of one metric; undefined for a metric of the caller's own or a name that is none. */
  async find(namespace: string, metricName: string): Promise<MetricMetadata | undefined> {
    const { generated, documented } = await load(namespace);
    const specified = member(generated?.metrics, metricName);
    const described = member(documented?.metrics, metricName);
    if (specified === undefined && described === undefined) return undefined;
    return {
      // What AWS suggests, where nobody has written more.
      ...(specified?.statistic && {
        recommendedStatistics: [specified.statistic, ...(specified.otherStatistics ?? [])],
      }),
      ...described,
      namespace,
      metricName,
      defaultStatistic: specified?.statistic,
      dimensionSets: specified?.dimensionSets ?? [],
    };
  }

  /** The namespaces of which anything is known, sorted. */
  async namespaces(): Promise<readonly string[]> {
    return names(GENERATED, DOCUMENTED);
  }

  /** The metrics of a namespace of which anything is known, sorted; empty for an unknown namespace. */
  async metricsOf(namespace: string): Promise<readonly string[]> {
    const { generated, documented } = await load(namespace);
    return names(generated?.metrics, documented?.metrics);
  }
}

// The files are held to their schemas by a contract test, not again in every process.
async function load(namespace: string): Promise<{ generated?: GeneratedNamespace; documented?: DocumentedNamespace }> {
  const [generated, documented] = await Promise.all([
    member(GENERATED, namespace)?.(),
    member(DOCUMENTED, namespace)?.(),
  ]);
  return {
    generated: generated?.default as GeneratedNamespace | undefined,
    documented: documented?.default as DocumentedNamespace | undefined,
  };
}

/** A member of its own, never one that every object inherits. */
function member<V>(record: Readonly<Record<string, V>> | undefined, name: string): V | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

function names(...records: readonly (object | undefined)[]): readonly string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record ?? {})))].sort();
}
