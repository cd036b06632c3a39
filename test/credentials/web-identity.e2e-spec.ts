import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signersOf, type Stack, startStack } from '../support/stack.js';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ env: { AWS_CREDENTIAL_EXCHANGE: 'web-identity' } });
});
afterAll(() => stack.close());

describe('the exchange with web identity', () => {
  it("presents the caller's own token to AWS and needs no identity of the server [B3]", async () => {
    const { status } = await stack.call(await stack.token('alice'), 'describe_log_groups');
    expect(status).toBe(200);
    expect(stack.aws.calls.of('AssumeRole')).toEqual([]);
    expect(signersOf(stack.aws, 'AssumeRoleWithWebIdentity')).toEqual([
      expect.stringMatching(/^arn:aws:sts::111111111111:assumed-role\/CloudWatchReader\/alice-/),
    ]);
    expect(signersOf(stack.aws, 'DescribeLogGroups')).toEqual(signersOf(stack.aws, 'AssumeRoleWithWebIdentity'));
    expect(stack.aws.calls.all().map(({ accessKeyId }) => accessKeyId)).not.toContain(process.env['AWS_ACCESS_KEY_ID']);
  });

  it('explains a token that AWS refuses because of its azp claim, without showing it [B3][B9]', async () => {
    const token = await stack.token('alice', { azp: 'some-client' });
    const { status, body } = await stack.call(token, 'describe_log_groups');
    expect([status, body.error]).toEqual([403, 'credentials_refused']);
    expect(JSON.stringify(body)).not.toContain(token.slice(0, 16));
    expect(body.error_description).toContain('azp');
    expect(stack.log.text).not.toContain(token.split('.')[2]);
  });
});
