import type { z } from 'zod';
import type { metricDataOutput } from '../metric-series.js';

const MAX_NAMED = 5;

type Data = Pick<z.output<typeof metricDataOutput>, 'metricDataResults' | 'messages' | 'returned' | 'truncated'>;

/** Why there is no image, and what is missing from the numbers; null when nothing is. */
export function chartMessage(data: Data, whyNoImage: string | undefined): string | null {
  const missing = missingData(data);
  const sentences = [
    ...(whyNoImage === undefined ? [] : [`No image: ${whyNoImage}`]),
    ...(missing.length === 0 ? [] : [`Not all data: ${missing.join(' ')}`]),
  ];
  return sentences.length === 0 ? null : sentences.join(' ');
}

function missingData({ metricDataResults, messages, returned, truncated }: Data): string[] {
  // Of a series that was not read to its end the status says no more than that.
  const incomplete = metricDataResults.filter(
    ({ statusCode }) => statusCode !== 'Complete' && !(truncated && statusCode === 'PartialData'),
  );
  const named = incomplete.slice(0, MAX_NAMED).map(({ label, statusCode }) => `${label} (${statusCode})`);
  const more = incomplete.length > MAX_NAMED ? `, ${incomplete.length - MAX_NAMED} more` : '';
  return [
    ...(truncated ? [`the numbers are of the newest ${returned} points; chart fewer metrics or a shorter time.`] : []),
    ...(incomplete.length > 0 ? [`CloudWatch did not give all of ${named.join(', ')}${more}.`] : []),
    ...[messages, ...metricDataResults.map((series) => series.messages)].flat().map(({ value }) => value),
  ];
}
