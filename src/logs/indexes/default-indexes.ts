/** Fields that AWS indexes in every log group by itself, besides those of its own that begin with @ (PutIndexPolicy). */
const DEFAULT_FIELDS: ReadonlySet<string> = new Set(['traceId', 'severityText', 'attributes.session.id']);

/**
 * Whether an index of one's own can add anything in any log group. What AWS indexes in the logs of its own services
 * only, such as `requestId` of CloudTrail, DescribeFieldIndexes tells for each log group.
 */
export function canBeIndexed(field: string): boolean {
  return !field.startsWith('@') && !DEFAULT_FIELDS.has(field);
}
