import {
  type AccountScenario,
  DAY_MS,
  type Disturbance,
  HISTORY_MS,
  HOUR_MS,
  type Incident,
  MINUTE_MS,
  type Scenario,
  type Service,
} from './scenario.js';

export const SHOP_ACCOUNT = '111111111111';
export const LOGISTICS_ACCOUNT = '222222222222';

/** The account the server itself runs in; it may put metrics there. */
export const PLATFORM_ACCOUNT = '999999999999';

/** The two companies as they are at `start`: a web shop and a logistics company, each with its own incident. */
export function createScenario(start: Date): Scenario {
  const floored = new Date(Math.floor(start.getTime() / MINUTE_MS) * MINUTE_MS);
  return { start: floored, accounts: [shop(floored), logistics(floored)] };
}

/** An account without services, in which nothing happened. */
export function emptyAccount(id: string, name: string, start: Date): AccountScenario {
  const incident: Incident = {
    title: '',
    from: start,
    until: start,
    rootService: '',
    failingDependency: '',
    errorType: '',
    affectedServices: [],
  };
  return { id, name, services: [], incident, historyFrom: before(start, HISTORY_MS) };
}

/** The payment provider times out for 50 minutes; since then a few payments in a hundred still hang. */
function shop(start: Date): AccountScenario {
  const incident: Incident = {
    title: 'Payment provider time-outs fail checkouts',
    from: before(start, 165 * MINUTE_MS),
    until: before(start, 115 * MINUTE_MS),
    rootService: 'payments',
    failingDependency: 'api.paybridge.example',
    errorType: 'PaymentProviderTimeout',
    affectedServices: ['payments', 'checkout', 'web'],
  };
  const pauses = [
    [8, 11],
    [19, 30],
  ] as const;
  const aftermath: Disturbance = {
    ...during({ from: incident.until }),
    stuckShare: 0.04,
    stuckMs: 4_200,
  };
  const traffic = { busiestHour: 19, weekendFactor: 1.25 };
  return {
    id: SHOP_ACCOUNT,
    name: 'shop',
    historyFrom: before(start, HISTORY_MS),
    incident,
    services: [
      {
        ...traffic,
        ...service('web', 101, 60, 85),
        disturbances: [{ ...during(incident), pauses, errorRate: 0.09, latencyFactor: 1.8 }],
      },
      {
        ...traffic,
        ...service('checkout', 102, 20, 240),
        disturbances: [
          { ...during(incident), pauses, errorRate: 0.45, latencyFactor: 2, stuckShare: 0.45, stuckMs: 10_200 },
        ],
      },
      {
        ...traffic,
        ...service('payments', 103, 16, 180),
        runsOn: 'lambda',
        disturbances: [
          { ...during(incident), pauses, errorRate: 0.6, latencyFactor: 1.5, stuckShare: 0.6, stuckMs: 10_000 },
          aftermath,
        ],
      },
      { ...traffic, ...service('inventory', 104, 30, 40), disturbances: [] },
    ],
  };
}

/** A carrier throttles label printing for 25 minutes three days ago; routing leaks memory and is about to be killed. */
function logistics(start: Date): AccountScenario {
  const from = before(start, 3 * DAY_MS + 2 * HOUR_MS);
  const incident: Incident = {
    title: 'Carrier throttling delays shipping labels',
    from,
    until: new Date(from.getTime() + 25 * MINUTE_MS),
    rootService: 'labels',
    failingDependency: 'labels.northcarrier.example',
    errorType: 'CarrierRateLimited',
    affectedServices: ['labels', 'tracking'],
  };
  const traffic = { busiestHour: 10, weekendFactor: 0.5 };
  return {
    id: LOGISTICS_ACCOUNT,
    name: 'logistics',
    historyFrom: before(start, HISTORY_MS),
    incident,
    services: [
      {
        ...traffic,
        ...service('tracking', 201, 80, 60),
        disturbances: [{ ...during(incident), errorRate: 0.02, latencyFactor: 1.3 }],
      },
      {
        ...traffic,
        ...service('labels', 202, 24, 320),
        runsOn: 'lambda',
        disturbances: [
          {
            ...during(incident),
            pauses: [[10, 16]],
            errorRate: 0.5,
            latencyFactor: 2.5,
            stuckShare: 0.1,
            stuckMs: 3_000,
          },
        ],
      },
      {
        ...traffic,
        ...service('routing', 203, 18, 450),
        memoryLeak: { since: before(start, 40 * HOUR_MS), percentPerHour: 1.2 },
        disturbances: [],
      },
    ],
  };
}

function service(name: string, seed: number, peakRequestsPerMinute: number, medianLatencyMs: number) {
  return {
    name,
    seed,
    runsOn: 'ecs',
    peakRequestsPerMinute,
    medianLatencyMs,
    baseErrorRate: 0.003,
    latencySpread: 0.45,
    baseMemoryPercent: 44,
  } as const satisfies Partial<Service>;
}

function during(time: Pick<Disturbance, 'from' | 'until'>): Disturbance {
  return {
    from: time.from,
    until: time.until,
    pauses: [],
    errorRate: 0,
    latencyFactor: 1,
    stuckShare: 0,
    stuckMs: 0,
  };
}

function before(start: Date, ms: number): Date {
  return new Date(start.getTime() - ms);
}
