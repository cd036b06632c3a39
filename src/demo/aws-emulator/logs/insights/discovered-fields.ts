import type { Value } from './value.js';

const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({});

const LAMBDA_LINE = /^(START|END|REPORT) RequestId: ([\da-f-]{36})/;

const REPORT_FIELDS = [
  ['@duration', /\tDuration: ([\d.]+) ms/, 1],
  ['@billedDuration', /\tBilled Duration: ([\d.]+) ms/, 1],
  ['@initDuration', /\tInit Duration: ([\d.]+) ms/, 1],
  // Insights shows Lambda's memory in bytes of a thousand.
  ['@memorySize', /\tMemory Size: (\d+) MB/, 1_000_000],
  ['@maxMemoryUsed', /\tMax Memory Used: (\d+) MB/, 1_000_000],
] as const;

/** The fields Insights finds in a message by itself: those of a JSON object and those of Lambda's own lines. */
export function discoverFields(message: string): Readonly<Record<string, unknown>> {
  if (message.startsWith('{')) return parseObject(message);
  const lambda = LAMBDA_LINE.exec(message);
  if (!lambda) return NOTHING;
  const fields: Record<string, unknown> = { '@type': lambda[1], '@requestId': lambda[2] };
  if (lambda[1] !== 'REPORT') return fields;
  for (const [name, pattern, factor] of REPORT_FIELDS) {
    const match = pattern.exec(message);
    if (match) fields[name] = Number(match[1]) * factor;
  }
  return fields;
}

/** The leaf at a dotted path (`error.type`, `items.0.sku`); objects, lists and null are no values. */
export function fieldAt(fields: Readonly<Record<string, unknown>>, path: string): Value {
  if (Object.hasOwn(fields, path)) return leaf(fields[path]);
  let at: unknown = fields;
  for (const key of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return leaf(at);
}

/** Every dotted path with a leaf, in the order of the message. */
export function fieldPaths(fields: Readonly<Record<string, unknown>>, prefix = ''): string[] {
  return Object.entries(fields).flatMap(([key, value]) => {
    if (typeof value !== 'object') return [`${prefix}${key}`];
    return value === null ? [] : fieldPaths(value as Record<string, unknown>, `${prefix}${key}.`);
  });
}

function parseObject(message: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(message) as Record<string, unknown>;
  } catch {
    return NOTHING;
  }
}

function leaf(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'number') return value;
  return typeof value === 'boolean' ? Number(value) : undefined;
}
