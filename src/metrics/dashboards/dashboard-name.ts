import { z } from 'zod';

/** A dashboard's name (PutDashboard). */
export const dashboardName = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,255}$/, 'must be a dashboard name: 1 to 255 of the characters a-z A-Z 0-9 . - _');
