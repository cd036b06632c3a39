import { describe, expect, it } from 'vitest';
import { parseArn } from '../cloudwatch/arn.js';
import { mentionOf, mentionsIn } from './alarm-mention.js';

const arn = (name: string, region = 'eu-west-1', account = '111111111111'): string =>
  `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
const OWN = parseArn(arn('composite'));

describe('mentionOf', () => {
  it.each([
    ['cpu', 'cpu', false],
    [arn('cpu:high'), 'cpu:high', false],
    [arn('cpu', 'eu-west-1', '222222222222'), arn('cpu', 'eu-west-1', '222222222222'), true],
    [arn('cpu', 'us-east-1'), arn('cpu', 'us-east-1'), true],
    ['arn:aws:sns:eu-west-1:111111111111:topic', 'arn:aws:sns:eu-west-1:111111111111:topic', false],
  ])('takes %s for %s, elsewhere: %s [ARG-07]', (reference, name, elsewhere) => {
    expect(mentionOf(reference, OWN)).toEqual({ name, elsewhere });
  });
});

describe('mentionsIn', () => {
  it('has an alarm once that is named by name and by ARN', () => {
    expect(mentionsIn(`ALARM(cpu) OR OK("${arn('cpu')}") OR ALARM(disk)`, OWN)?.map(({ name }) => name)).toEqual([
      'cpu',
      'disk',
    ]);
  });

  it('is undefined for what is no rule', () => {
    expect(mentionsIn('WHEN cpu IS high', OWN)).toBeUndefined();
  });
});
