import {
  type AccountScenario,
  isDuringIncident,
  MINUTE_MS,
  requestsInMinute,
  type Service,
  serviceNamed,
} from '../../scenario.js';
import { lambdaLines } from './lambda-lines.js';
import type { LoggedLine, LoggedRequest } from './request-log.js';
import type { SeededGroup } from './seeded-group.js';

const PAGES = ['/', '/products', '/search', '/cart', '/account', '/offers'];
const CURRENCIES = ['EUR', 'EUR', 'EUR', 'CHF', 'GBP'];

/** The log groups of the web shop. */
export function shopGroups(account: AccountScenario): SeededGroup[] {
  const checkout = serviceNamed(account, 'checkout');
  return [
    {
      name: '/shop/web',
      service: serviceNamed(account, 'web'),
      lines: webLines(checkout),
      retentionInDays: 14,
      delayMs: 40,
    },
    {
      name: '/shop/checkout',
      service: checkout,
      lines: checkoutLines(account),
      retentionInDays: 30,
      metricFilterCount: 1,
      delayMs: 25,
    },
    {
      name: '/shop/payments',
      service: serviceNamed(account, 'payments'),
      lines: paymentLines(account),
      retentionInDays: 30,
      metricFilterCount: 2,
      delayMs: 10,
    },
    {
      name: '/shop/inventory',
      service: serviceNamed(account, 'inventory'),
      lines: inventoryLines,
      retentionInDays: 14,
      delayMs: 5,
    },
    { name: '/aws/lambda/shop-thumbnailer', service: thumbnailer, lines: thumbnailLines, delayMs: 0 },
    {
      name: '/shop/order-archive',
      service: archive,
      lines: archiveLines,
      logGroupClass: 'INFREQUENT_ACCESS',
      retentionInDays: 365,
      storedBytes: 8_000_000_000_000,
      delayMs: 0,
    },
  ];
}

const background = {
  busiestHour: 19,
  weekendFactor: 1.25,
  baseErrorRate: 0.002,
  baseMemoryPercent: 40,
  latencySpread: 0.5,
  disturbances: [],
} as const;
const thumbnailer: Service = {
  ...background,
  name: 'thumbnailer',
  seed: 151,
  runsOn: 'lambda',
  peakRequestsPerMinute: 3,
  medianLatencyMs: 610,
};
const archive: Service = {
  ...background,
  name: 'order-archive',
  seed: 152,
  runsOn: 'ecs',
  peakRequestsPerMinute: 2,
  medianLatencyMs: 30,
};

/** Plain text, one line a request, with a second line where the service behind it failed. */
function webLines(checkout: Service): (request: LoggedRequest) => LoggedLine[] {
  let minute: number | undefined;
  let orders = 0;
  return (request) => {
    if (minute !== Math.floor(request.at / MINUTE_MS)) {
      minute = Math.floor(request.at / MINUTE_MS);
      orders = requestsInMinute(checkout, new Date(request.at));
    }
    const buying = request.index < orders;
    const target = buying ? 'POST /checkout' : `GET ${request.pick('page', PAGES)}`;
    const status = request.failed ? (buying ? 502 : 500) : 200;
    const client = `203.0.113.${request.number('client', 2, 250)}`;
    const time = new Date(request.at).toISOString();
    const level = request.failed ? 'ERROR' : 'INFO';
    const line = `${time} ${level} ${client} ${target} ${status} ${request.latencyMs}ms request=${request.requestId}`;
    if (!request.failed) return [{ message: line }];
    const reason = buying ? 'upstream checkout answered 502' : 'could not render the page';
    return [{ message: line }, { message: `${time} ERROR ${reason} request=${request.requestId}`, afterMs: 1 }];
  };
}

function checkoutLines(account: AccountScenario): (request: LoggedRequest) => LoggedLine[] {
  const { errorType, failingDependency } = account.incident;
  return (request) => {
    const head = {
      service: 'checkout',
      requestId: request.requestId,
      customerId: `c-${request.number('customer', 10_000, 99_999)}`,
      route: 'POST /checkout',
    };
    const cart = {
      items: request.number('items', 1, 7),
      total: request.number('total', 900, 24_000) / 100,
      currency: request.pick('currency', CURRENCIES),
    };
    if (!request.failed) {
      const level = request.slow ? 'WARN' : 'INFO';
      const message = request.slow ? 'order placed, payment took too long' : 'order placed';
      return json(request, { level, message, ...head, status: 200, durationMs: request.latencyMs, cart });
    }
    const error = isDuringIncident(account, new Date(request.at))
      ? failure(
          errorType,
          `no answer from ${failingDependency} within 10000 ms`,
          'PaymentClient.charge',
          'payment-client.js',
        )
      : failure('CartExpired', 'the cart was changed in another window', 'Cart.lock', 'cart.js');
    const message = error.type === errorType ? 'payment failed' : 'order rejected';
    return json(request, { level: 'ERROR', message, ...head, status: 502, durationMs: request.latencyMs, cart, error });
  };
}

function paymentLines(account: AccountScenario): (request: LoggedRequest) => LoggedLine[] {
  const { errorType, failingDependency } = account.incident;
  return (request) => {
    const head = {
      service: 'payments',
      requestId: request.requestId,
      provider: failingDependency,
      method: request.pick('method', ['card', 'card', 'paypal', 'invoice']),
      amountCents: request.number('total', 900, 24_000),
    };
    const own = request.failed
      ? {
          level: 'ERROR',
          message: 'charge failed',
          ...head,
          attempts: 3,
          durationMs: request.latencyMs,
          error: isDuringIncident(account, new Date(request.at))
            ? failure(
                errorType,
                `no answer from ${failingDependency} within 10000 ms`,
                'ProviderSession.post',
                'provider.js',
              )
            : failure('CardDeclined', 'the issuer declined the card', 'Charge.settle', 'charge.js'),
        }
      : {
          level: request.slow ? 'WARN' : 'INFO',
          message: request.slow ? 'charge succeeded after a slow answer of the provider' : 'charge succeeded',
          ...head,
          durationMs: request.latencyMs,
        };
    return lambdaLines(request, { memoryMb: 512, version: '37' }, json(request, own));
  };
}

function inventoryLines(request: LoggedRequest): LoggedLine[] {
  const sku = `SKU-${request.number('sku', 1000, 1400)}`;
  const left = request.number('left', 0, 240);
  const head = { service: 'inventory', requestId: request.requestId, sku, left, durationMs: request.latencyMs };
  if (request.failed) {
    const error = failure('StockConflict', 'the stock changed while it was reserved', 'Stock.reserve', 'stock.js');
    return json(request, { level: 'ERROR', message: 'reservation failed', ...head, error });
  }
  return left < 3
    ? json(request, { level: 'WARN', message: 'stock is low', ...head })
    : json(request, { level: 'INFO', message: request.pick('what', ['stock read', 'stock reserved']), ...head });
}

function thumbnailLines(request: LoggedRequest): LoggedLine[] {
  const key = `products/${request.number('sku', 1000, 1400)}/${request.number('image', 1, 6)}.jpg`;
  const text = request.failed ? `[ERROR] unsupported image format: ${key}` : `[INFO] resized ${key} to 320x320`;
  return lambdaLines(request, { memoryMb: 1024, version: '$LATEST' }, [{ message: text, afterMs: -1 }]);
}

function archiveLines(request: LoggedRequest): LoggedLine[] {
  const order = `order=${request.number('order', 500_000, 899_999)}`;
  const outcome = request.failed ? 'retry' : 'archived';
  return [{ message: `${new Date(request.at).toISOString()} ${outcome} ${order} request=${request.requestId}` }];
}

function failure(
  type: string,
  message: string,
  at: string,
  file: string,
): { type: string; message: string; stack: string } {
  const frames = [
    `${at} (/app/dist/${file}:88:13)`,
    `retry (/app/dist/retry.js:31:20)`,
    `handle (/app/dist/main.js:54:7)`,
  ];
  return { type, message, stack: [`${type}: ${message}`, ...frames.map((frame) => `    at ${frame}`)].join('\n') };
}

function json(request: LoggedRequest, line: object): LoggedLine[] {
  return [{ message: JSON.stringify({ time: new Date(request.at).toISOString(), ...line }) }];
}
