import type { AlarmType } from '@aws-sdk/client-cloudwatch';
import { AwsFault, type OperationContext } from '../operation.js';
import { alarmArn } from './alarm.js';
import type { Alarm } from './alarm-store.js';

const KINDS = { MetricAlarm: 'metric', CompositeAlarm: 'composite', LogAlarm: 'log' } as const;
const STATES: ReadonlySet<string> = new Set(['OK', 'ALARM', 'INSUFFICIENT_DATA']);

/** Keeps the alarms of the types asked for; without AlarmTypes CloudWatch means metric alarms only. */
export function ofTypes(alarms: readonly Alarm[], types: readonly AlarmType[] | undefined): Alarm[] {
  const kinds = (types ?? ['MetricAlarm']).map((type): Alarm['definition']['kind'] => {
    if (Object.hasOwn(KINDS, type)) return KINDS[type];
    throw invalidValue('AlarmTypes', type);
  });
  const wanted = new Set(kinds);
  return alarms.filter(({ definition }) => wanted.has(definition.kind));
}

/** @throws AwsFault unless absent or an alarm state */
export function checkState(state: string | undefined): void {
  if (state !== undefined && !STATES.has(state)) throw invalidValue('StateValue', state);
}

/** The ARNs IAM is asked about: the named alarms, or all of the account. */
export function alarmResources(names: readonly string[] | undefined, context: OperationContext): string[] {
  const asked = names && names.length > 0 ? names : ['*'];
  return asked.map((name) => alarmArn(context.region, context.accountId, name));
}

/** A value outside a parameter's list. */
export function invalidValue(parameter: string, value: unknown): AwsFault {
  return new AwsFault(
    'InvalidParameterValueException',
    `The value ${String(value)} for parameter ${parameter} is invalid.`,
  );
}
