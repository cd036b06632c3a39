import {
  type AccountScenario,
  isDuringIncident,
  memoryPercent,
  MINUTE_MS,
  type Service,
  serviceNamed,
} from '../../scenario.js';
import { lambdaLines } from './lambda-lines.js';
import type { LoggedLine, LoggedRequest } from './request-log.js';
import type { SeededGroup } from './seeded-group.js';

const DEPOTS = ['HAM', 'BER', 'MUC', 'VIE', 'ZRH', 'AMS'];
const STEPS = ['picked up', 'sorted', 'loaded', 'out for delivery', 'delivered'];

/** The log groups of the logistics company. */
export function logisticsGroups(account: AccountScenario): SeededGroup[] {
  const routing = serviceNamed(account, 'routing');
  return [
    {
      name: '/logistics/tracking',
      service: serviceNamed(account, 'tracking'),
      lines: trackingLines(account),
      retentionInDays: 14,
      delayMs: 30,
    },
    {
      name: '/logistics/labels',
      service: serviceNamed(account, 'labels'),
      lines: labelLines(account),
      retentionInDays: 30,
      metricFilterCount: 1,
      delayMs: 10,
    },
    {
      name: '/logistics/routing',
      service: routing,
      lines: routingLines,
      background: heapLines(routing),
      retentionInDays: 14,
      delayMs: 0,
    },
    { name: '/aws/lambda/logistics-notify', service: notify, lines: notifyLines, delayMs: 50 },
    {
      name: '/logistics/customs-archive',
      service: customs,
      lines: customsLines,
      logGroupClass: 'INFREQUENT_ACCESS',
      retentionInDays: 365,
      delayMs: 0,
    },
  ];
}

const background = {
  busiestHour: 10,
  weekendFactor: 0.5,
  baseErrorRate: 0.002,
  baseMemoryPercent: 40,
  latencySpread: 0.5,
  disturbances: [],
} as const;
const notify: Service = {
  ...background,
  name: 'notify',
  seed: 251,
  runsOn: 'lambda',
  peakRequestsPerMinute: 4,
  medianLatencyMs: 140,
};
const customs: Service = {
  ...background,
  name: 'customs-archive',
  seed: 252,
  runsOn: 'ecs',
  peakRequestsPerMinute: 1,
  medianLatencyMs: 50,
};

function trackingLines(account: AccountScenario): (request: LoggedRequest) => LoggedLine[] {
  return (request) => {
    const head = {
      service: 'tracking',
      requestId: request.requestId,
      parcel: parcelOf(request),
      depot: request.pick('depot', DEPOTS),
      durationMs: request.latencyMs,
    };
    if (!request.failed) {
      return json(request, { level: 'INFO', message: `parcel ${request.pick('step', STEPS)}`, ...head });
    }
    const message = isDuringIncident(account, new Date(request.at)) ? 'parcel has no label yet' : 'unknown parcel';
    return json(request, { level: 'ERROR', message, ...head, status: 409 });
  };
}

function labelLines(account: AccountScenario): (request: LoggedRequest) => LoggedLine[] {
  const { errorType, failingDependency } = account.incident;
  return (request) => {
    const head = {
      service: 'labels',
      requestId: request.requestId,
      parcel: parcelOf(request),
      carrier: failingDependency,
    };
    const tail = { durationMs: request.latencyMs };
    if (!request.failed) {
      const own = {
        level: 'INFO',
        message: 'label printed',
        ...head,
        format: request.pick('format', ['A6', 'ZPL']),
        ...tail,
      };
      return lambdaLines(request, { memoryMb: 256, version: '12' }, json(request, own));
    }
    const error = isDuringIncident(account, new Date(request.at))
      ? { type: errorType, message: `${failingDependency} answered 429, retry after 30 s` }
      : { type: 'AddressInvalid', message: 'the address has no house number' };
    const own = { level: 'ERROR', message: 'label not printed', ...head, ...tail, error };
    return lambdaLines(request, { memoryMb: 256, version: '12' }, json(request, own));
  };
}

/** Plain text in the manner of a Java service, with the stack trace in the same event. */
function routingLines(request: LoggedRequest): LoggedLine[] {
  const time = new Date(request.at).toISOString().replace('T', ' ').slice(0, -1);
  const thread = `[worker-${request.number('worker', 1, 8)}]`;
  if (!request.failed) {
    const stops = request.number('stops', 8, 64);
    const text = `planned tour of ${stops} stops in ${request.latencyMs} ms request=${request.requestId}`;
    return [{ message: `${time} INFO  ${thread} TourPlanner - ${text}` }];
  }
  const trace = [
    `${time} ERROR ${thread} TourPlanner - no tour found request=${request.requestId}`,
    'example.routing.NoFeasibleTourException: time windows of two stops exclude each other',
    '\tat example.routing.TourPlanner.plan(TourPlanner.java:212)',
    '\tat example.routing.Worker.run(Worker.java:58)',
  ];
  return [{ message: trace.join('\n') }];
}

/** Once a minute how full the heap is; a warning when it is nearly full. */
function heapLines(routing: Service): (minute: number) => LoggedLine[] {
  return (minute) => {
    const at = new Date(minute * MINUTE_MS);
    const percent = Math.round(memoryPercent(routing, at));
    const time = at.toISOString().replace('T', ' ').slice(0, -1);
    const [level, advice] = percent < 80 ? ['INFO ', ''] : ['WARN ', ', collector runs all the time'];
    return [{ message: `${time} ${level} [gc] HeapMonitor - heap is ${percent}% full${advice}` }];
  };
}

function notifyLines(request: LoggedRequest): LoggedLine[] {
  const text = request.failed
    ? `[ERROR] mail for ${parcelOf(request)} bounced`
    : `[INFO] told the recipient of ${parcelOf(request)}`;
  return lambdaLines(request, { memoryMb: 128, version: '$LATEST' }, [{ message: text, afterMs: -1 }]);
}

function customsLines(request: LoggedRequest): LoggedLine[] {
  const country = request.pick('country', ['CH', 'GB', 'NO', 'US']);
  return [{ message: `${new Date(request.at).toISOString()} declared ${parcelOf(request)} country=${country}` }];
}

function parcelOf(request: LoggedRequest): string {
  return `P${request.number('parcel', 10_000_000, 99_999_999)}`;
}

function json(request: LoggedRequest, line: object): LoggedLine[] {
  return [{ message: JSON.stringify({ time: new Date(request.at).toISOString(), ...line }) }];
}
