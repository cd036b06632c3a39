import { z } from 'zod';

/** A log stream's name, or the beginning of one (CloudWatch Logs API, CreateLogStream). */
export const logStreamName = z
  .string()
  .regex(/^[^:*]{1,512}$/, 'must be a log stream name: 1 to 512 characters without : and *');
