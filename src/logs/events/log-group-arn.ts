import { AWS_REGIONS } from '../../config/aws-regions.js';

/** The ARN of a log group as the Logs API takes it, without the `:*` of IAM policies. */
export function arnOfLogGroup(name: string, region: string, account: string): string {
  const [partition = 'aws'] = Object.entries(AWS_REGIONS).find(([, regions]) => regions.includes(region)) ?? [];
  return `arn:${partition}:logs:${region}:${account}:log-group:${name}`;
}
