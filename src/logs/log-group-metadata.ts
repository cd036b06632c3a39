import type { LogGroup } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { isoTime } from '../cloudwatch/iso-time.js';
import { withoutWildcard } from './log-group.js';

/** One log group as a tool answers it. */
export const logGroupMetadata = z.object({
  logGroupName: z.string().describe('Name.'),
  creationTime: z.string().describe('When it was created, ISO 8601.'),
  retentionInDays: z.number().nullable().describe('Null: kept for ever.'),
  metricFilterCount: z.number().describe('Metric filters on it.'),
  storedBytes: z.number().describe('Compressed size.'),
  kmsKeyId: z.string().nullable().describe('ARN of its key.'),
  dataProtectionStatus: z.string().nullable().describe('State of its data protection policy.'),
  inheritedProperties: z.array(z.string()).describe('Properties from account settings.'),
  logGroupClass: z.string().describe('STANDARD, INFREQUENT_ACCESS or another class.'),
  logGroupArn: z.string().describe('ARN without ":*", as analyze_log_group takes it.'),
});

export type LogGroupMetadata = z.output<typeof logGroupMetadata>;

/** A log group of the API in our words. */
export function toLogGroupMetadata(group: LogGroup): z.output<typeof logGroupMetadata> {
  return {
    logGroupName: group.logGroupName ?? '',
    creationTime: isoTime(new Date(group.creationTime ?? 0)),
    retentionInDays: group.retentionInDays ?? null,
    metricFilterCount: group.metricFilterCount ?? 0,
    storedBytes: group.storedBytes ?? 0,
    kmsKeyId: group.kmsKeyId ?? null,
    dataProtectionStatus: group.dataProtectionStatus ?? null,
    inheritedProperties: group.inheritedProperties ?? [],
    logGroupClass: group.logGroupClass ?? 'STANDARD',
    logGroupArn: withoutWildcard(group.logGroupArn ?? group.arn ?? ''),
  };
}
