import { describe, expect, it } from 'vitest';
import { medianCpuMs } from '../../test/support/cpu.js';
import { checkQueryText } from './query-text.js';

describe('checkQueryText', () => {
  it.each([
    'SOURCE logGroups() | fields @message',
    'source  logGroups(namePrefix: ["/secret"]) | limit 1',
    '# first\n  SOURCE # second\n logGroups ()',
    'fields @message | source logGroups()',
    'fields @message | source dataSource("x")',
    'filter a in (source logGroups() | fields b)',
    'filter a in (source dataSource("x") | fields b)',
  ])('refuses %j, which adds log groups', (query) => {
    expect(() => checkQueryText(query)).toThrow(/^query_string: must not use SOURCE/);
  });

  it.each([
    'fields unmask(@message)',
    'fields @timestamp | display UNMASK (@message)',
    'fields unmask # why\n (@message)',
  ])('refuses %j, which lifts masking', (query) => {
    expect(() => checkQueryText(query)).toThrow(/^query_string: must not use unmask/);
  });

  it.each([
    'fields @timestamp, @message | sort @timestamp desc | limit 20',
    'fields source, eventSource | filter source = "aws.ec2"',
    'filter (source like "web") | stats count(*) by source',
    'filter (source in ("a", "b"))',
    'parse @message "source *" as source',
    'fields unmasked | filter @message like /unmask/',
  ])('lets %j pass', (query) => {
    expect(() => checkQueryText(query)).not.toThrow();
  });

  it.each([
    '|#'.repeat(5_000),
    `source ${' '.repeat(9_000)}`,
    `unmask${'#\n'.repeat(4_900)}`,
    `|${'#\n'.repeat(4_900)}`,
  ])('judges a hostile text of 10,000 characters in under 100 ms of CPU', async (query) => {
    expect(await medianCpuMs(async () => checkQueryText(query))).toBeLessThan(100);
  });
});
