import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianCpuMs } from '../../test/support/cpu.js';
import { certainSources, sourcesInText } from './query-sources.js';

const ARN = 'arn:aws:logs:us-east-1:111111111111:log-group:/shop/web';

describe('sourcesInText', () => {
  it.each([
    ['SELECT * FROM `/shop/web`', ['/shop/web']],
    ["select `@timestamp`, '--' || x from `/shop/web` where x = 'FROM `/pay`' limit 5", undefined],
    ["select `@timestamp`, x from `/shop/web` where x = 'FROM `/pay`' limit 5", ['/shop/web']],
    ['SELECT a, count(*) FROM `/shop/web` GROUP BY a ORDER BY a, b LIMIT 10', ['/shop/web']],
    [`SELECT * FROM \`${ARN}\``, [ARN]],
    ["SELECT * FROM `logGroups(logGroupIdentifier: ['/a', '/b'])` WHERE x = 1", ['/a', '/b']],
    [`SELECT * FROM \`logGroups( logGroupIdentifier : [ '${ARN}' ] )\``, [ARN]],
  ])('reads the log groups of %j', (query, expected) => {
    expect(sourcesInText('SQL', query)).toEqual(expected);
  });

  it.each([
    ['two tables', 'SELECT * FROM `/a`, `/pay`'],
    ['two tables with names', 'SELECT * FROM `/a` x, `/pay` y'],
    ['a clause that is a name', 'SELECT * FROM `/a` where, `/pay`'],
    ['a clause that is a name', 'SELECT * FROM `/a` limit, pay'],
    ['a clause that is a name', 'SELECT * FROM `/a` group, pay'],
    ['a join', 'SELECT * FROM `/a` JOIN `/pay` ON x = y'],
    ['a join behind a clause', 'SELECT * FROM `/a` WHERE x JOIN `/pay`'],
    ['a subquery', 'SELECT * FROM `/a` WHERE x IN (SELECT y FROM `/pay`)'],
    ['a subquery as a table', 'SELECT * FROM (SELECT * FROM `/pay`)'],
    ['a table of a name without back-ticks', 'SELECT * FROM pay'],
    ['a named subquery', 'WITH p AS (SELECT * FROM `/pay`) SELECT * FROM `/a`'],
    ['a further query', 'SELECT * FROM `/a` UNION SELECT * FROM `/pay`'],
    ['a further statement', 'SELECT * FROM `/a`; SELECT * FROM `/pay`'],
    ['TABLE', 'SELECT x FROM `/a` WHERE x IN (TABLE pay)'],
    ['a comment that hides the source', 'SELECT * FROM `/a` -- `\n , `/pay`'],
    ['a block comment', 'SELECT * /* FROM `/a` */ FROM `/pay`'],
    ['a backslash, on which readers differ', "SELECT '\\' FROM `/a` WHERE x = ' FROM `/pay` --'"],
    ['an open quote', "SELECT * FROM `/a` WHERE x = '"],
    ['an open back-tick', 'SELECT * FROM `/a'],
    ['a beginning of names', "SELECT * FROM `logGroups(namePrefix: ['/'])`"],
    ['a pattern of names', 'SELECT * FROM `/*`'],
    ['a doubled back-tick', 'SELECT * FROM `/a``/pay`'],
    ['a word that sticks to a number', 'SELECT 1.FROM `/pay` x FROM `/a`'],
    ['a word that sticks to a name', 'SELECT x.FROM `/pay` FROM `/a`'],
    ['no source', 'SELECT 1'],
    ['another statement', 'SHOW TABLES FROM `/a`'],
    ['nothing', ''],
  ])('reads nothing where there is %s', (_case, query) => {
    expect(sourcesInText('SQL', query)).toBeUndefined();
  });

  it.each([
    ['fields @timestamp, @message | head 5', []],
    ['source = `/shop/web` | where x = 1 | stats count() by y', ['/shop/web']],
    ['search source=`/shop/web` | fields x', ['/shop/web']],
    ['source = [`/a`, `/b`] | head 1', ['/a', '/b']],
    ['SOURCE = `/a`, `/b`', ['/a', '/b']],
    ["where x = 'source = `/pay` | join'", []],
  ])('reads the log groups of the pipeline %j', (query, expected) => {
    expect(sourcesInText('PPL', query)).toEqual(expected);
  });

  it.each([
    ['a join', 'source = `/a` | join on x = y `/pay`'],
    ['a lookup', 'source = `/a` | lookup `/pay` x'],
    ['a subquery', 'source = `/a` | where x in [ source = `/pay` | fields y ]'],
    ['a source further on', 'fields x | search source = `/pay`'],
    ['a source in an expression', 'where source = `/pay`'],
    ['appended rows', 'source = `/a` | append [ source = `/pay` ]'],
    ['a source without back-ticks', 'source = pay | fields x'],
    ['a text as source', "source = '/pay'"],
    ['more behind the source', 'source = `/a` x = `/pay`'],
    ['a description', 'describe `/pay`'],
    ['a comment', 'fields x // | join `/a`'],
    ['an unknown command', 'fields x | merge `/pay`'],
    ['a pattern', 'source = `/*`'],
  ])('reads no pipeline with %s', (_case, query) => {
    expect(sourcesInText('PPL', query)).toBeUndefined();
  });

  it('answers for any text, and names log groups only', () => {
    const words = 'SELECT|*|FROM|JOIN|WHERE|,|(|)|[|]|`/a`|`/b`|\'|`|"|\\|--|source|=|LIMIT|1|x|GROUP|BY|/*|*/| ';
    const piece = fc.constantFrom(...words.split('|'), '|', '\n', "`logGroups(logGroupIdentifier: ['/c'])`");
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(' '));
    fc.assert(
      fc.property(fc.constantFrom('SQL' as const, 'PPL' as const), text, (language, query) => {
        const sources = sourcesInText(language, query);
        for (const source of sources ?? []) expect(query).toContain(source);
      }),
    );
  });

  it.each(['SELECT * FROM `', 'source = `/a` | where ', "'", '`', '(', '|', ','])(
    'judges 10,000 characters of %j in under 100 ms of CPU',
    async (piece) => {
      const query = piece.repeat(10_000 / piece.length);
      expect(await medianCpuMs(async () => void sourcesInText('SQL', query))).toBeLessThan(100);
      expect(await medianCpuMs(async () => void sourcesInText('PPL', query))).toBeLessThan(100);
    },
  );
});

describe('certainSources', () => {
  it.each(['SQL', 'PPL'] as const)('says how %s can be written so that its log groups can be seen', (language) => {
    expect(() => certainSources(language, 'join')).toThrow(
      expect.objectContaining({
        field: 'query_string',
        denied: 'query_source',
        message: expect.stringContaining('CWLI'),
      }),
    );
  });
});
