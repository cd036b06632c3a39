import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { investigateAlarm } from './investigate-alarm.js';
import { findErrorSpike } from './find-error-spike.js';
import { promptText } from './prompt.js';

describe('promptText', () => {
  it('keeps an argument a quoted value on its line, whatever is in it [PIC-01]', () => {
    const lines = promptText(investigateAlarm, { alarm_name: 'x' }).split('\n').length;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 255 }), (alarm_name) => {
        let text: string;
        try {
          text = promptText(investigateAlarm, { alarm_name });
        } catch (error) {
          expect(String(error)).toContain('alarm_name: ');
          return;
        }
        expect(text.split('\n')).toHaveLength(lines);
        const [, quoted = ''] = /named (".*")\.$/.exec(text.split('\n')[0] ?? '') ?? [];
        expect(JSON.parse(quoted)).toBe(JSON.parse(quoted).trim());
        expect(text).not.toMatch(/[\u200b-\u200f\u202a-\u202e\u{e0000}-\u{e007f}]/u);
      }),
    );
  });

  it('takes an empty argument as left out, as clients send it', () => {
    const text = promptText(findErrorSpike, {
      log_group: '/shop/checkout',
      window: '',
      account: '',
      region: 'eu-west-1',
    });
    expect(text).toContain('in the log group "/shop/checkout" in the last "24h". Give every tool region "eu-west-1".');
  });

  it.each([
    [{}, 'alarm_name: is needed'],
    [{ alarm_name: '' }, 'alarm_name: is needed'],
    [{ alarm_name: 'a\nb' }, 'alarm_name: must be one line'],
    [{ alarm_name: 'a'.repeat(256) }, 'alarm_name: must be one line of at most 255'],
    [{ alarm_name: 7 }, 'alarm_name: must be'],
    [{ alarm_name: 'a', region: 'us-east-1.evil.com#' }, 'region: must be an AWS Region'],
    [{ alarm_name: 'a', other: 'b' }, 'arguments: this prompt takes alarm_name, account, region'],
  ])('refuses %j by name', (args, message) => {
    expect(() => promptText(investigateAlarm, args)).toThrow(message);
  });
});
