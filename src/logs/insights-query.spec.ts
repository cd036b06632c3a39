import { describe, expect, it } from 'vitest';
import { checkAccountsOf, type InsightsQueryInput, planQuery } from './insights-query.js';

const RANGE = { start: new Date('2026-11-21T10:00:00.900Z'), end: new Date('2026-11-21T11:00:00Z') };
const ARN = 'arn:aws:logs:eu-west-1:111111111111:log-group:/shop/web';
const query_string = 'fields @message';
const plan = (input: Partial<InsightsQueryInput>, allowed?: readonly string[]) =>
  planQuery({ query_string, ...input }, RANGE, allowed);

describe('planQuery', () => {
  it('asks for names in whole seconds since the epoch', () => {
    expect(plan({ log_group_names: ['/shop/web'], limit: 5 })).toEqual({
      request: {
        logGroupNames: ['/shop/web'],
        startTime: 1_795_255_200,
        endTime: 1_795_258_800,
        queryString: query_string,
        limit: 5,
      },
      field: 'log_group_names',
      groups: ['/shop/web'],
      arns: [],
    });
  });

  it('asks for identifiers in the form the API takes', () => {
    const { request, arns } = plan({ log_group_identifiers: [`${ARN}:*`, '/shop/web'] });
    expect(request.logGroupIdentifiers).toEqual([ARN, '/shop/web']);
    expect(request).not.toHaveProperty('logGroupNames');
    expect(arns).toEqual([ARN]);
  });

  it.each([
    { log_group_names: ['/a'], log_group_identifiers: ['/a'] },
    { log_group_names: [], log_group_identifiers: null },
    {},
    { query_language: 'PPL' as const, query_string: 'fields x' },
  ])('refuses %j: one way to name log groups', (input) => {
    expect(() => plan(input)).toThrow(/^log_group_names: /);
  });

  it.each([
    ['SOURCE logGroups() | fields @message', 'CWLI' as const],
    ['SELECT unmask(x) FROM `/shop/web`', 'SQL' as const],
    ['source = `/shop/web` | eval m = unmask/* */(x)', 'PPL' as const],
  ])('refuses %j, which reaches further than the call may [ARG-04 ARG-06]', (text, query_language) => {
    const groups = query_language === 'SQL' ? {} : { log_group_names: ['/shop/web'] };
    expect(() => plan({ ...groups, query_string: text, query_language })).toThrow(/^query_string: /);
  });

  it('leaves it to SQL to name the log groups', () => {
    const sql = { query_language: 'SQL', query_string: 'SELECT * FROM `/shop/web`' } as const;
    expect(plan(sql)).toMatchObject({ field: 'query_string', groups: ['/shop/web'] });
    expect(plan(sql).request).toMatchObject({ queryLanguage: 'SQL' });
    expect(plan(sql).request).not.toHaveProperty('logGroupNames');
    expect(() => plan({ ...sql, log_group_names: ['/shop/web'] })).toThrow(/^log_group_names: /);
    expect(() => plan({ ...sql, limit: 10_001 })).toThrow(/^limit: /);
  });

  it('lets SQL and PPL pass unread while no log group is closed', () => {
    const query = { query_language: 'SQL', query_string: 'SELECT * FROM `/a` JOIN `/b` ON x = y' } as const;
    expect(plan(query).groups).toBeUndefined();
    expect(plan({ query_language: 'PPL', query_string: 'fields x', log_group_names: ['/a'] }).groups).toEqual(['/a']);
  });

  it('holds every group to the list, wherever it is named', () => {
    const allowed = ['/shop/*'];
    expect(plan({ log_group_names: ['/shop/web'] }, allowed).groups).toEqual(['/shop/web']);
    expect(() => plan({ log_group_names: ['/shop/web', '/pay/card'] }, allowed)).toThrow(/^log_group_names: /);
    expect(() => plan({ log_group_identifiers: [ARN.replace('/shop/web', '/pay/card')] }, allowed)).toThrow(
      /^log_group_identifiers: /,
    );
    const sql = (query: string) => plan({ query_language: 'SQL', query_string: query }, allowed);
    expect(sql('SELECT * FROM `/shop/web`').groups).toEqual(['/shop/web']);
    expect(() => sql('SELECT * FROM `/pay/card`')).toThrow(/^query_string: /);
    expect(() => sql('SELECT * FROM `/shop/web` a, `/pay/card` b')).toThrow(/^query_string: .*must see which ones/);
  });
});

describe('checkAccountsOf', () => {
  const reach = { account: '111111111111', linkedAccounts: [] };

  it('refuses a log group of another account, also in the text of a query [ARG-07]', () => {
    const other = ARN.replace('111111111111', '222222222222');
    const inText = { query_language: 'SQL', query_string: `SELECT * FROM \`${other}\` JOIN x` } as const;
    expect(() => checkAccountsOf(plan({ log_group_identifiers: [ARN] }), reach)).not.toThrow();
    expect(() => checkAccountsOf(plan({ log_group_identifiers: [other] }), reach)).toThrow(/^log_group_identifiers: /);
    expect(() => checkAccountsOf(plan(inText), reach)).toThrow(/^query_string: /);
  });
});
