import { describe, expect, it } from 'vitest';
import { AwsSession } from './aws-session.js';
import { UserCredentials } from './user-credentials.js';

const credentials = (id: string): UserCredentials => new UserCredentials({ accessKeyId: id, secretAccessKey: 's' });

describe('AwsSession', () => {
  it('renews once for calls that fail in parallel, and not again for a late one [ISO-06]', async () => {
    let renewals = 0;
    const old = credentials('old');
    const session = new AwsSession(old, async () => {
      renewals += 1;
      return credentials(`new${renewals}`);
    });
    await Promise.all([session.renew(old), session.renew(old), session.renew(old)]);
    await session.renew(old);
    expect(session.current.accessKeyId).toBe('new1');
    await session.renew(session.current);
    expect(session.current.accessKeyId).toBe('new2');
  });

  it('keeps what it has when renewal fails, and can try again', async () => {
    let fail = true;
    const old = credentials('old');
    const session = new AwsSession(old, async () => {
      if (fail) throw new Error('down');
      return credentials('new');
    });
    await expect(session.renew(old)).rejects.toThrow('down');
    expect(session.current).toBe(old);
    fail = false;
    await session.renew(old);
    expect(session.current.accessKeyId).toBe('new');
  });
});
