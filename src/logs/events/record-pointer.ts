import { z } from 'zod';

/** The argument that names one log event, as Logs Insights gives it with each row. */
export const recordPointer = z
  .string()
  .regex(/^[\x21-\x7e]{1,4096}$/, 'must be the @ptr of a row of execute_log_insights_query');
