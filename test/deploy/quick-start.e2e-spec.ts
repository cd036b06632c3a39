import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicyStatement } from '../../src/demo/aws-emulator/iam.js';
import { SERVER_ROLE_ARN } from '../../src/demo/aws-emulator/identities.js';
import { createRole } from '../../src/demo/aws-emulator/roles.js';
import { readTemplate, resourcesOf } from '../support/cloudformation.js';
import { QUICK_START } from '../support/cloudformation-parameters.js';
import { environmentOf, propertiesOf } from '../support/cloudformation-stack.js';
import { signersOf, type Stack, startStack } from '../support/stack.js';

const ACCOUNT = '111111111111';
const apiKey = randomBytes(32).toString('hex');
const resources = resourcesOf(readTemplate('quick-start.yaml'), {
  ...QUICK_START,
  APIKeys: apiKey,
  LogGroupPrefix: '/shop/',
});
/** The policies of the callers' role, in an account that has data. */
const { AssumeRolePolicyDocument: trust, Policies: policies } = JSON.parse(
  JSON.stringify(propertiesOf(resources, 'ReaderRole'))
    .replaceAll('<ServerRole.Arn>', SERVER_ROLE_ARN)
    .replaceAll('999999999999:log-group', `${ACCOUNT}:log-group`),
) as {
  AssumeRolePolicyDocument: { Statement: PolicyStatement[] };
  Policies: { PolicyDocument: { Statement: PolicyStatement[] } }[];
};

let stack: Stack;
beforeAll(async () => {
  const permissions = policies.flatMap(({ PolicyDocument: document }) => document.Statement);
  const role = createRole(ACCOUNT, 'CloudWatchQuickStart', permissions, () => trust.Statement);
  // All but what is another on loopback: addresses and ports, the role's name, and outlets for metrics and audit lines.
  const { PUBLIC_URL: _url, CLOUDWATCH_MCP_PORT: _port, ...environment } = environmentOf(resources);
  stack = await startStack({
    env: {
      ...environment,
      AWS_CLOUDWATCH_ROLE_ARN: role.arn,
      OIDC_ISSUER: undefined,
      OAUTH_AUDIENCE: undefined,
      AWS_ALLOWED_ROLE_ARNS: undefined,
      METRICS_CLOUDWATCH: 'false',
      AUDIT_LOG: undefined,
    },
    aws: { roles: [role] },
  });
});
afterAll(() => stack.close());

describe('a server with the environment, key and role of the quick start', () => {
  const query = (group: string): object => ({
    log_group_names: [group],
    start_time: 'now-1h',
    end_time: 'now',
    query_string: 'fields @message | limit 3',
  });

  it('answers a call with its key, as a session of the stack’s own role [E5]', async () => {
    const { status } = await stack.call(apiKey, 'execute_log_insights_query', query('/shop/checkout'));
    expect(status).toBe(200);
    expect(signersOf(stack.aws, 'StartQuery')).toEqual([
      expect.stringMatching(/^arn:aws:sts::111111111111:assumed-role\/CloudWatchQuickStart\//),
    ]);
  });

  it('reads no log group outside the prefix, and lets no other key in', async () => {
    const { body } = await stack.call(apiKey, 'execute_log_insights_query', query('/aws/lambda/x'));
    expect(body.error).toBe('aws_access_denied');
    expect((await stack.call(randomBytes(32).toString('hex'), 'get_active_alarms')).status).toBe(401);
  });
});
