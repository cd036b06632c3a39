import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AUTH_FAILURE_REASONS } from '../security-event.js';
import { embeddedMetrics } from './embedded-metrics.js';
import { FailureMinutes } from './failure-minutes.js';
import { NamedAddresses } from './named-addresses.js';

/** The embedded metric format's specification, as far as it binds what is written here. */
const SCHEMA = {
  type: 'object',
  required: ['_aws'],
  properties: {
    _aws: {
      type: 'object',
      required: ['Timestamp', 'CloudWatchMetrics'],
      additionalProperties: false,
      properties: {
        Timestamp: { type: 'integer', minimum: 1_500_000_000_000, maximum: 4_000_000_000_000 },
        CloudWatchMetrics: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            required: ['Namespace', 'Dimensions', 'Metrics'],
            additionalProperties: false,
            properties: {
              Namespace: { const: 'CloudWatchMcp' },
              Dimensions: {
                type: 'array',
                minItems: 1,
                items: { type: 'array', maxItems: 30, items: { type: 'string', minLength: 1, maxLength: 250 } },
              },
              Metrics: {
                type: 'array',
                minItems: 1,
                maxItems: 100,
                items: {
                  type: 'object',
                  required: ['Name'],
                  additionalProperties: false,
                  properties: { Name: { type: 'string', minLength: 1, maxLength: 1024 }, Unit: { const: 'Count' } },
                },
              },
            },
          },
        },
      },
    },
  },
};

interface Embedded {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Dimensions: readonly string[][];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
  readonly [member: string]: unknown;
}

const NOON = Date.UTC(2026, 10, 21, 12);
const valid = new Ajv({ strict: true, allowUnionTypes: true }).compile<Embedded>(SCHEMA);

describe('embeddedMetrics', () => {
  it('makes one object for each minute and set of dimension values [D3]', () => {
    const counted = new FailureMinutes(new NamedAddresses(50));
    for (const _ of [1, 2]) counted.add({ reason: 'aud_mismatch', clientIp: '203.0.113.9', path: '/mcp' }, NOON);
    expect(embeddedMetrics(counted.take())).toEqual([
      {
        _aws: {
          Timestamp: NOON,
          CloudWatchMetrics: [
            {
              Namespace: 'CloudWatchMcp',
              Dimensions: [['Reason']],
              Metrics: [{ Name: 'AuthenticationFailures', Unit: 'Count' }],
            },
          ],
        },
        Reason: 'aud_mismatch',
        AuthenticationFailures: 2,
      },
      {
        _aws: {
          Timestamp: NOON,
          CloudWatchMetrics: [
            {
              Namespace: 'CloudWatchMcp',
              Dimensions: [[]],
              Metrics: [
                { Name: 'SuspiciousAuthenticationFailures', Unit: 'Count' },
                { Name: 'WrongAudience', Unit: 'Count' },
              ],
            },
          ],
        },
        SuspiciousAuthenticationFailures: 2,
        WrongAudience: 2,
      },
      {
        _aws: {
          Timestamp: NOON,
          CloudWatchMetrics: [
            {
              Namespace: 'CloudWatchMcp',
              Dimensions: [['Endpoint', 'ClientIp']],
              Metrics: [{ Name: 'AuthenticationFailures', Unit: 'Count' }],
            },
          ],
        },
        Endpoint: '/mcp',
        ClientIp: '203.0.113.9',
        AuthenticationFailures: 2,
      },
    ]);
  });

  it('keeps to the format, with a text for every dimension and a number for every metric', () => {
    const stranger = fc.record({
      reason: fc.constantFrom(...AUTH_FAILURE_REASONS),
      clientIp: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('unknown')),
      path: fc.string(),
    });
    fc.assert(
      fc.property(fc.array(stranger, { maxLength: 200 }), (failures) => {
        const counted = new FailureMinutes(new NamedAddresses(50));
        failures.forEach((each, index) => counted.add(each, NOON + index * 1_000));
        const points = counted.take();
        const lines = embeddedMetrics(points);
        let values = 0;
        for (const line of lines) {
          const read: unknown = JSON.parse(JSON.stringify(line));
          expect(valid(read), JSON.stringify(valid.errors)).toBe(true);
          const { _aws, ...members } = read as Embedded;
          const dimensions = _aws.CloudWatchMetrics.flatMap(({ Dimensions: sets }) => sets.flat());
          const metrics = _aws.CloudWatchMetrics.flatMap(({ Metrics: each }) => each);
          for (const name of dimensions) expect(typeof members[name]).toBe('string');
          for (const { Name: name } of metrics) values += members[name] as number;
          expect(Object.keys(members)).toHaveLength(dimensions.length + metrics.length);
        }
        expect(values).toBe(points.reduce((total, { count }) => total + count, 0));
      }),
    );
  });
});
