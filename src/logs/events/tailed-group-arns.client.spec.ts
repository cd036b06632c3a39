import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assume } from '../../demo/aws-emulator/emulator-fixture.js';
import { type AwsEmulator, startAwsEmulator } from '../../demo/aws-emulator/emulator.js';
import { arnsOfLogGroups } from './tailed-group-arns.client.js';

let aws: AwsEmulator;
let client: CloudWatchLogsClient;

beforeAll(async () => {
  aws = await startAwsEmulator();
  client = new CloudWatchLogsClient({ endpoint: aws.url, region: 'us-east-1', credentials: await assume(aws.url) });
});
beforeEach(() => aws.calls.clear());
afterAll(() => aws.close());

const OWNER = { account: '111111111111', region: 'us-east-1', linkedAccounts: [] };
const LOCAL = { ...OWNER, account: 'local' };
const WEB = 'arn:aws:logs:us-east-1:111111111111:log-group:/shop/web';
const { signal } = new AbortController();

describe('arnsOfLogGroups', () => {
  it('makes ARNs of names by the account of the call, and asks AWS nothing', async () => {
    expect(await arnsOfLogGroups(client, ['/shop/web', `${WEB}:*`, '/a'], OWNER, signal)).toEqual([
      WEB,
      WEB.replace('/shop/web', '/a'),
    ]);
    expect(aws.calls.all()).toEqual([]);
  });

  it('has AWS tell the ARN where only AWS knows the account', async () => {
    expect(await arnsOfLogGroups(client, ['/shop/web', WEB], LOCAL, signal)).toEqual([WEB]);
    expect(aws.calls.of('DescribeLogGroups')).toHaveLength(1);
  });

  it('takes no log group whose name only begins so', async () => {
    await expect(arnsOfLogGroups(client, ['/shop/we'], LOCAL, signal)).rejects.toMatchObject({
      code: 'aws_not_found',
      message: expect.stringMatching(/^log_groups: /),
    });
  });
});
