import type { DocumentedAlarm } from '../metadata/metric-metadata.js';
import type { AlarmRecommendation } from './alarm-recommendation.js';
import type { ComputedThreshold } from './computed-threshold.js';
import type { AnalysedMetric } from './metric-input.js';

type Dimensions = AnalysedMetric['dimensions'];

/** The documented alarms that fit the dimensions: all they name are given, with the value where they fix one. */
export function matchingAlarms(alarms: readonly DocumentedAlarm[], given: Dimensions): readonly DocumentedAlarm[] {
  return alarms.filter(({ dimensions }) =>
    dimensions.every((wanted) =>
      given.some(({ name, value }) => name === wanted.name && (wanted.value === undefined || wanted.value === value)),
    ),
  );
}

/** A documented alarm on the caller's own metric; without a documented number, with the one from its data. */
export function documentedRecommendation(
  { threshold, dimensions: _fitting, ...alarm }: DocumentedAlarm,
  dimensions: Dimensions,
  computed?: ComputedThreshold,
): AlarmRecommendation {
  return { ...alarm, threshold: thresholdOf(threshold, computed), dimensions: dimensions.map((own) => ({ ...own })) };
}

function thresholdOf(
  { staticValue, justification }: DocumentedAlarm['threshold'],
  computed: ComputedThreshold | undefined,
): AlarmRecommendation['threshold'] {
  if (staticValue !== null) return { staticValue, source: 'documented', justification };
  if (computed === undefined) return { staticValue: null, source: 'none', justification };
  return {
    staticValue: computed.value,
    source: computed.value === null ? 'none' : 'computed',
    justification: `${computed.justification} ${justification}`,
  };
}
