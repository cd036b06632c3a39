import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consoleLink, type ConsolePage } from './console-link.js';

describe('consoleLink', () => {
  it.each<[string, ConsolePage, string]>([
    [
      'eu-west-1',
      { kind: 'log-group', name: '/aws/lambda/f' },
      'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Faws$252Flambda$252Ff',
    ],
    [
      'us-gov-west-1',
      { kind: 'alarm', name: 'a b' },
      'https://us-gov-west-1.console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1#alarmsV2:alarm/a%20b',
    ],
    [
      'cn-north-1',
      { kind: 'dashboard', name: 'ops' },
      'https://cn-north-1.console.amazonaws.cn/cloudwatch/home?region=cn-north-1#dashboards/dashboard/ops',
    ],
  ])('in %s points at %j', (region, page, expected) => {
    expect(consoleLink(region, page)).toBe(expected);
  });

  it('stays on the console whatever a resource is called', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('alarm' as const, 'log-group' as const),
        (name, kind) => {
          const url = new URL(consoleLink('eu-west-1', { kind, name }));
          expect([url.origin, url.search]).toEqual(['https://eu-west-1.console.aws.amazon.com', '?region=eu-west-1']);
        },
      ),
    );
  });
});
