import { z } from 'zod';
import { partFields } from '../../cloudwatch/answer-part.js';
import { cursorInput } from '../../cloudwatch/page-cursor.js';
import { targetInput } from '../../cloudwatch/target-input.js';

const MAX_QUERY = 4_000;
const MAX_SELECTOR = 1_000;
const MAX_SELECTORS = 10;

const time = z.string().min(1, 'must be a time').max(64, 'must be a time');

// A text with half a character could not be sent.
const expression = (max: number): z.ZodString =>
  z.string().regex(new RegExp(`^(?=.*\\S)[^\\0\\p{Cs}]{1,${max}}$`, 'su'), `must have 1 to ${max} characters`);

/** Arguments that the PromQL tools share. */
export const promqlFields = {
  query: expression(MAX_QUERY).describe('E.g. sum by ("@resource.service.name")({"http.requests"}).'),
  selectors: z
    .array(expression(MAX_SELECTOR))
    .min(1, 'must have at least one selector')
    .max(MAX_SELECTORS, `must have at most ${MAX_SELECTORS} selectors`),
  time,
  rangeStart: time.nullish().describe('RFC 3339, epoch seconds or now-1h; default: a day before end.'),
  rangeEnd: time.nullish().describe('Default: now.'),
  target: { ...targetInput, cursor: cursorInput },
};

/** What every PromQL answer says besides its list. */
export const promqlAnswerFields = {
  time_range: z.object({ start: z.string(), end: z.string() }),
  warnings: z.int().describe('Remarks of CloudWatch, e.g. that it left series out.'),
  infos: z.int(),
  ...partFields,
};
