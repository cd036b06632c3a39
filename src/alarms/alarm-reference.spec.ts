import { describe, expect, it } from 'vitest';
import { alarmReference } from './alarm-reference.js';

const ARN = 'arn:aws:cloudwatch:eu-west-1:111111111111:alarm:cpu:high';

describe('alarmReference', () => {
  it('takes a name as it is', () => {
    expect(alarmReference({ alarm_name: 'cpu high', region: 'eu-west-1' })).toMatchObject({
      name: 'cpu high',
      target: { region: 'eu-west-1' },
    });
  });

  it('takes name and region out of an ARN', () => {
    expect(alarmReference({ alarm_name: ARN })).toMatchObject({ name: 'cpu:high', target: { region: 'eu-west-1' } });
  });

  it('refuses the ARN of another account', () => {
    const alarm = alarmReference({ alarm_name: ARN });
    expect(() => alarm.checkOwner({ account: '111111111111' })).not.toThrow();
    expect(() => alarm.checkOwner({ account: '222222222222' })).toThrow(
      expect.objectContaining({ code: 'target_not_allowed' }),
    );
  });

  it('refuses the ARN of something else', () => {
    expect(() => alarmReference({ alarm_name: 'arn:aws:sns:eu-west-1:111111111111:topic' })).toThrow(/^alarm_name: /);
  });
});
