import { describe, expect, it } from 'vitest';
import { startQueryInput } from './insights-query.js';

const RANGE = { start: new Date('2026-11-21T10:00:00.900Z'), end: new Date('2026-11-21T11:00:00Z') };
const ARN = 'arn:aws:logs:eu-west-1:111111111111:log-group:/shop/web';
const query_string = 'fields @message';

describe('startQueryInput', () => {
  it('asks for names in whole seconds since the epoch', () => {
    expect(startQueryInput({ log_group_names: ['/shop/web'], query_string, limit: 5 }, RANGE)).toEqual({
      logGroupNames: ['/shop/web'],
      startTime: 1_795_255_200,
      endTime: 1_795_258_800,
      queryString: query_string,
      limit: 5,
    });
  });

  it('asks for identifiers in the form the API takes', () => {
    const input = startQueryInput({ log_group_identifiers: [`${ARN}:*`, '/shop/web'], query_string }, RANGE);
    expect(input.logGroupIdentifiers).toEqual([ARN, '/shop/web']);
    expect(input).not.toHaveProperty('logGroupNames');
  });

  it.each([
    { log_group_names: ['/a'], log_group_identifiers: ['/a'] },
    { log_group_names: [], log_group_identifiers: null },
    {},
  ])('refuses %j: exactly one way to name log groups', (groups) => {
    expect(() => startQueryInput({ ...groups, query_string }, RANGE)).toThrow(/^log_group_names: /);
  });

  it('refuses a query text that reaches beyond the named log groups', () => {
    const input = { log_group_names: ['/shop/web'], query_string: 'SOURCE logGroups() | fields @message' };
    expect(() => startQueryInput(input, RANGE)).toThrow(/^query_string: /);
  });
});
