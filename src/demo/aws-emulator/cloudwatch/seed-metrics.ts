import {
  type AccountScenario,
  cpuPercent,
  DAY_MS,
  failuresInMinute,
  latencyProfile,
  memoryPercent,
  MINUTE_MS,
  random,
  requestsInMinute,
  requestsPerMinute,
  type Service,
  serviceNamed,
} from '../scenario.js';
import { LOGISTICS_ACCOUNT } from '../scenario-accounts.js';
import type { Dimension, MinuteSamples, SeededMetric } from './metric-store.js';
import { NAMES, type ResourceNames } from './resource-names.js';

/** Metrics go back further than logs, so that CloudWatch's retention by period can be seen. */
const METRIC_HISTORY_MS = 100 * DAY_MS;

/** A metric before its history's bounds are known. */
interface Definition {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly samples: MinuteSamples;
  /** How long before the start it stopped reporting; absent: it still reports. */
  readonly stoppedBeforeMs?: number;
}

/** The metrics of one account, computed from the scenario whenever they are read. */
export function seedMetrics(account: AccountScenario, start: Date): SeededMetric[] {
  const names = NAMES[account.id];
  if (!names) return [];
  const definitions = [
    ...account.services.flatMap((service) => serviceMetrics(service, names)),
    ...loadBalancerMetrics(account, names),
    ...databaseMetrics(account, names),
    ...(account.id === LOGISTICS_ACCOUNT ? logisticsMetrics(account) : shopMetrics(account)),
  ];
  return definitions.map(({ dimensions, stoppedBeforeMs, ...definition }) => ({
    ...definition,
    dimensions: dimensionsOf(dimensions),
    fromMs: start.getTime() - METRIC_HISTORY_MS,
    untilMs: stoppedBeforeMs === undefined ? undefined : start.getTime() - stoppedBeforeMs,
  }));
}

function serviceMetrics(service: Service, names: ResourceNames): Definition[] {
  if (service.runsOn === 'lambda') return functionMetrics(service);
  const target = { LoadBalancer: names.loadBalancer, TargetGroup: names.targetGroup(service.name) };
  const task = { ClusterName: names.cluster, ServiceName: service.name };
  const percent = (of: (service: Service, at: Date) => number): MinuteSamples => gauge((at) => of(service, at));
  return [
    ...requestMetrics([service], target),
    { namespace: 'AWS/ECS', name: 'CPUUtilization', dimensions: task, unit: 'Percent', samples: percent(cpuPercent) },
    {
      namespace: 'AWS/ECS',
      name: 'MemoryUtilization',
      dimensions: task,
      unit: 'Percent',
      samples: percent(memoryPercent),
    },
  ];
}

function functionMetrics(service: Service): Definition[] {
  const of = { namespace: 'AWS/Lambda', dimensions: { FunctionName: service.name } };
  const errors: MinuteSamples = (minuteMs, add) => {
    const at = new Date(minuteMs);
    const failures = failuresInMinute(service, at);
    add(1, failures);
    add(0, requestsInMinute(service, at) - failures);
  };
  return [
    { ...of, name: 'Invocations', unit: 'Count', samples: counter((at) => requestsInMinute(service, at)) },
    { ...of, name: 'Errors', unit: 'Count', samples: errors },
    { ...of, name: 'Duration', unit: 'Milliseconds', samples: latencies([service], 1) },
  ];
}

function loadBalancerMetrics(account: AccountScenario, names: ResourceNames): Definition[] {
  const behind = account.services.filter(({ runsOn }) => runsOn === 'ecs');
  return requestMetrics(behind, { LoadBalancer: names.loadBalancer });
}

function requestMetrics(services: readonly Service[], dimensions: Definition['dimensions']): Definition[] {
  const of = { namespace: 'AWS/ApplicationELB', dimensions };
  const total = (count: (service: Service, at: Date) => number): MinuteSamples =>
    counter((at) => services.reduce((sum, service) => sum + count(service, at), 0));
  return [
    { ...of, name: 'RequestCount', unit: 'Count', samples: total(requestsInMinute) },
    { ...of, name: 'HTTPCode_Target_5XX_Count', unit: 'Count', samples: total(failuresInMinute) },
    {
      ...of,
      name: 'HTTPCode_Target_2XX_Count',
      unit: 'Count',
      samples: total((service, at) => requestsInMinute(service, at) - failuresInMinute(service, at)),
    },
    { ...of, name: 'TargetResponseTime', unit: 'Seconds', samples: latencies(services, 1 / 1000) },
  ];
}

function databaseMetrics(account: AccountScenario, names: ResourceNames): Definition[] {
  const of = { namespace: 'AWS/RDS', dimensions: { DBInstanceIdentifier: names.database } };
  const load = (at: Date): number =>
    account.services.reduce((sum, service) => sum + requestsPerMinute(service, at), 0) /
    account.services.reduce((sum, service) => sum + service.peakRequestsPerMinute, 0);
  const noise = (at: Date): number => random(Number(account.id), at.getTime() / MINUTE_MS);
  return [
    { ...of, name: 'CPUUtilization', unit: 'Percent', samples: gauge((at) => 8 + 30 * load(at) + 5 * noise(at)) },
    { ...of, name: 'DatabaseConnections', unit: 'Count', samples: gauge((at) => Math.round(12 + 40 * load(at))) },
    { ...of, name: 'ReadLatency', unit: 'Seconds', samples: gauge((at) => 0.0006 + 0.0004 * noise(at)) },
  ];
}

function shopMetrics(account: AccountScenario): Definition[] {
  const checkout = serviceNamed(account, 'checkout');
  const placed = counter((at) => requestsInMinute(checkout, at) - failuresInMinute(checkout, at));
  const provider = { Provider: 'paybridge' };
  const payment = latencies([serviceNamed(account, 'payments')], 1);
  return [
    { namespace: 'Shop/Checkout', name: 'OrdersPlaced', dimensions: {}, unit: 'Count', samples: placed },
    {
      namespace: 'Shop/Checkout',
      name: 'PaymentLatency',
      dimensions: provider,
      unit: 'Milliseconds',
      samples: payment,
    },
    stopped('Shop/Batch', 'ExportCompleted', { Job: 'nightly-export' }),
  ];
}

function logisticsMetrics(account: AccountScenario): Definition[] {
  const labels = serviceNamed(account, 'labels');
  const printed = counter((at) => requestsInMinute(labels, at) - failuresInMinute(labels, at));
  const planning = latencies([serviceNamed(account, 'routing')], 1);
  const carrier = { Carrier: 'northcarrier' };
  return [
    { namespace: 'Logistics/Shipping', name: 'LabelsPrinted', dimensions: carrier, unit: 'Count', samples: printed },
    {
      namespace: 'Logistics/Shipping',
      name: 'RoutePlanningTime',
      dimensions: {},
      unit: 'Milliseconds',
      samples: planning,
    },
    stopped('Logistics/Dispatch', 'QueueDepth', { Depot: 'north' }),
  ];
}

/** A job that was switched off: its metric is listed but no longer recently active. */
function stopped(namespace: string, name: string, dimensions: Definition['dimensions']): Definition {
  return { namespace, name, dimensions, unit: 'Count', samples: gauge(() => 1), stoppedBeforeMs: 5 * DAY_MS };
}

/** One sample a minute. */
function gauge(value: (at: Date) => number): MinuteSamples {
  return (minuteMs, add) => add(value(new Date(minuteMs)), 1);
}

/** Every event is a sample of 1, so only Sum and SampleCount say something; no event, no sample. */
function counter(count: (at: Date) => number): MinuteSamples {
  return (minuteMs, add) => add(1, count(new Date(minuteMs)));
}

/** A normal distribution cut into slices: the middle of each, in standard deviations, and its share of the samples. */
const NORMAL_SLICES: readonly (readonly [deviations: number, share: number])[] = [
  [-1.282, 0.2],
  [-0.524, 0.2],
  [0, 0.2],
  [0.385, 0.1],
  [0.674, 0.1],
  [1.036, 0.1],
  [1.44, 0.05],
  [1.881, 0.03],
  [2.17, 0.01],
  [2.576, 0.01],
];

/** The latencies of all requests of the minute, as their distribution rather than one by one. */
function latencies(services: readonly Service[], perMs: number): MinuteSamples {
  const slices = services.map((service) => ({
    service,
    factors: NORMAL_SLICES.map(([at, share]) => [Math.exp(service.latencySpread * at), share] as const),
  }));
  return (minuteMs, add) => {
    const at = new Date(minuteMs);
    for (const { service, factors } of slices) {
      const requests = requestsInMinute(service, at);
      const { medianMs, stuckShare, stuckMs } = latencyProfile(service, at);
      const flowing = requests * (1 - stuckShare);
      for (const [factor, share] of factors) add(medianMs * factor * perMs, flowing * share);
      const jitter = 0.98 + 0.04 * random(service.seed, minuteMs / MINUTE_MS, 'stuck');
      add(stuckMs * jitter * perMs, requests * stuckShare);
    }
  };
}

function dimensionsOf(record: Definition['dimensions']): Dimension[] {
  return Object.entries(record).map(([name, value]) => ({ name, value }));
}
