import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { metricMetadataFiles, slug } from '../../src/generate/metric-metadata-files.factory.js';
import { editDistance } from '../../src/metrics/metadata/close-names.js';
import {
  type DocumentedAlarm,
  documentedNamespace,
  type DocumentedNamespace,
  generatedNamespace,
  type GeneratedNamespace,
} from '../../src/metrics/metadata/metric-metadata.js';

const FOLDER = 'src/metrics/metadata';
const root = new URL('../../', import.meta.url);

const UNITS = new Set([
  'Seconds',
  'Microseconds',
  'Milliseconds',
  ...[
    'Bits',
    'Kilobits',
    'Megabits',
    'Gigabits',
    'Terabits',
    'Bytes',
    'Kilobytes',
    'Megabytes',
    'Gigabytes',
    'Terabytes',
  ].flatMap((unit) => [unit, `${unit}/Second`]),
  'Percent',
  'Count',
  'Count/Second',
  'None',
]);
const STATISTIC = /^(Average|Sum|Minimum|Maximum|SampleCount|p(100|\d{1,2}(\.\d{1,10})?)|tm\d{1,2}|wm\d{1,2})$/;
/** Namespaces of which no metric is left out. */
const WHOLE = [
  'AWS/EC2',
  'AWS/EBS',
  'AWS/Lambda',
  'AWS/ECS',
  'AWS/RDS',
  'AWS/DynamoDB',
  'AWS/ApiGateway',
  'AWS/ApplicationELB',
  'AWS/NetworkELB',
  'AWS/S3',
  'AWS/SQS',
  'AWS/SNS',
  'AWS/Kinesis',
];

type DocumentedMetric = DocumentedNamespace['metrics'][string];

const names = (folder: string): string[] =>
  readdirSync(new URL(`${FOLDER}/${folder}/`, root)).filter((name) => name.endsWith('.json'));
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const documented = new Map<string, DocumentedNamespace>();
const generated = new Map<string, GeneratedNamespace>();

beforeAll(() => {
  for (const name of names('documented')) {
    documented.set(name, documentedNamespace.parse(JSON.parse(text(`${FOLDER}/documented/${name}`))));
  }
  for (const name of names('generated')) {
    generated.set(name, generatedNamespace.parse(JSON.parse(text(`${FOLDER}/generated/${name}`))));
  }
});

/** Every documented metric with its namespace. */
const metrics = (): [string, DocumentedMetric][] =>
  [...documented.values()].flatMap((file) =>
    Object.entries(file.metrics).map(([name, metric]): [string, DocumentedMetric] => [
      `${file.namespace} ${name}`,
      metric,
    ]),
  );
const alarms = (): [string, DocumentedAlarm][] =>
  metrics().flatMap(([name, metric]) => (metric.alarms ?? []).map((alarm): [string, DocumentedAlarm] => [name, alarm]));

describe('generated metric metadata', () => {
  it('is committed as `npm run generate` writes it, and nothing besides', async () => {
    const files = await metricMetadataFiles();
    for (const [path, content] of files) expect(text(path), path).toBe(content);
    const written = [...files.keys()].filter((path) => path.startsWith(`${FOLDER}/generated/`));
    expect(names('generated').map((name) => `${FOLDER}/generated/${name}`)).toEqual(written.sort());
  });

  it('holds the 968 metrics in 72 namespaces of the specification, a metric with several defaults once', () => {
    const entries = [...generated.values()].flatMap((file) => Object.values(file.metrics));
    const specified = entries.reduce((sum, entry) => sum + 1 + (entry.otherStatistics?.length ?? 0), 0);
    expect(generated.size).toBeGreaterThanOrEqual(72);
    expect(specified).toBeGreaterThanOrEqual(968);
    expect(entries.every(({ statistic }) => STATISTIC.test(statistic ?? ''))).toBe(true);
  });
});

describe('documented metric metadata', () => {
  it('describes at least 500 metrics', () => {
    expect(metrics().filter(([, { description }]) => description !== undefined).length).toBeGreaterThanOrEqual(500);
  });

  it('has each namespace once, in a file of its name', () => {
    expect([...documented].filter(([name, { namespace }]) => name !== `${slug(namespace)}.json`)).toEqual([]);
  });

  it('names no metric twice in a file', () => {
    const twice = names('documented').flatMap((file) => {
      const keys: readonly string[] = text(`${FOLDER}/documented/${file}`).match(/^ {4}"[^"]+": [{]/gm) ?? [];
      return keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `${file}${key}`);
    });
    expect(twice).toEqual([]);
  });

  it('misspells no metric: none is nearly one that AWS specifies and the file leaves out', () => {
    const misspelt = [...documented].flatMap(([name, { namespace, metrics }]) => {
      const specified = Object.keys(generated.get(name)?.metrics ?? {});
      const others = Object.keys(metrics).filter((metric) => !specified.includes(metric));
      const left = specified.filter((metric) => !Object.hasOwn(metrics, metric));
      const near = (metric: string): boolean =>
        left.some((known) => editDistance(metric.toLowerCase(), known.toLowerCase()) <= 2);
      return others.filter(near).map((metric) => `${namespace} ${metric}`);
    });
    expect(misspelt).toEqual([]);
  });

  it.each(WHOLE)('describes every metric that AWS specifies in %s', (namespace) => {
    const file = `${slug(namespace)}.json`;
    const described = documented.get(file)?.metrics ?? {};
    const left = Object.keys(generated.get(file)?.metrics ?? {}).filter((name) => !Object.hasOwn(described, name));
    expect(left).toEqual(namespace === 'AWS/SNS' ? ['PhoneNumberDirect'] : []);
  });

  it('says something specific of each: a sentence that no other metric of the namespace has', () => {
    for (const { namespace, metrics } of documented.values()) {
      const sentences = Object.values(metrics).flatMap(({ description }) => description ?? []);
      expect(sentences.filter((sentence) => !/^\S.{9,}[.)]$/.test(sentence))).toEqual([]);
      const repeated = sentences.filter((sentence, index) => sentences.indexOf(sentence) !== index);
      expect(repeated, namespace).toEqual([]);
    }
    expect(metrics().filter(([, metric]) => Object.keys(metric).length === 0)).toEqual([]);
  });

  it('uses units and statistics that CloudWatch has', () => {
    const units = metrics().flatMap(([name, { unit }]) => (unit === undefined || UNITS.has(unit) ? [] : [name, unit]));
    expect(units).toEqual([]);
    for (const [name, { recommendedStatistics = ['Average'] }] of metrics()) {
      expect(recommendedStatistics.length, name).toBeGreaterThan(0);
      expect(new Set(recommendedStatistics).size, name).toBe(recommendedStatistics.length);
      expect(
        recommendedStatistics.filter((statistic) => !STATISTIC.test(statistic)),
        name,
      ).toEqual([]);
    }
  });

  it('recommends alarms that CloudWatch would accept', () => {
    for (const [name, alarm] of alarms()) {
      expect(alarm.datapointsToAlarm, name).toBeLessThanOrEqual(alarm.evaluationPeriods);
      expect(alarm.period % 60, name).toBe(0);
      // CloudWatch evaluates at most a day for periods below an hour, and a week for longer ones.
      expect(alarm.period * alarm.evaluationPeriods, name).toBeLessThanOrEqual(alarm.period < 3_600 ? 86_400 : 604_800);
      expect(alarm.statistic, name).toMatch(STATISTIC);
      const { staticValue, justification } = alarm.threshold;
      expect(Number.isFinite(staticValue ?? 0), name).toBe(true);
      expect(
        [alarm.alarmDescription, alarm.intent, justification].every((words) => words.endsWith('.')),
        name,
      ).toBe(true);
      const dimensions = alarm.dimensions.map((dimension) => dimension.name);
      expect(new Set(dimensions).size, name).toBe(dimensions.length);
    }
  });

  it('recommends one alarm for each metric and set of dimensions', () => {
    const keys = alarms().map(([name, { dimensions }]) => `${name} ${JSON.stringify(dimensions)}`);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it('knows the alarms that AWS recommends by number', () => {
    const find = (metric: string) => alarms().find(([name]) => name === metric)?.[1];
    expect(find('AWS/EC2 CPUUtilization')).toMatchObject({
      threshold: { staticValue: 80 },
      statistic: 'Average',
      comparisonOperator: 'GreaterThanThreshold',
      period: 300,
      evaluationPeriods: 3,
      datapointsToAlarm: 3,
    });
    expect(find('AWS/EC2 StatusCheckFailed')).toMatchObject({ threshold: { staticValue: 1 }, datapointsToAlarm: 2 });
    expect(find('AWS/RDS FreeStorageSpace')?.threshold).toMatchObject({ staticValue: null });
    expect(find('AWS/Lambda Errors')?.threshold).toMatchObject({ staticValue: null });
  });
});
