import { describe, expect, it } from 'vitest';
import { MINIMAL_ENV } from '../../../test/support/border-app.js';
import { redisService } from '../../../test/support/redis.js';
import { loadAppConfig } from '../../config/app-config.js';
import { LOCAL_PRINCIPAL } from '../../principal.js';
import { PrincipalLimitService } from './principal-limit.service.js';

function principalLimit(env: Record<string, string>): PrincipalLimitService {
  const config = loadAppConfig({ ...MINIMAL_ENV, ...env });
  return new PrincipalLimitService(config, redisService(config));
}

describe('PrincipalLimitService', () => {
  it('lets the share of this replica pass and tells the rest how long to wait', async () => {
    const limit = principalLimit({ RATE_LIMIT_PER_USER: '9', EXPECTED_REPLICAS: '3' });
    for (const remaining of [2, 1, 0]) {
      expect(await limit.consume(LOCAL_PRINCIPAL)).toMatchObject({ allowed: true, limit: 3, remaining });
    }
    const refused = await limit.consume(LOCAL_PRINCIPAL);
    expect(refused).toMatchObject({ allowed: false, limit: 3, remaining: 0 });
    expect(refused.resetSeconds).toSatisfy((seconds: number) => seconds >= 59 && seconds <= 60);
  });

  it('tells principals apart by issuer and subject', async () => {
    const limit = principalLimit({ RATE_LIMIT_PER_USER: '1' });
    const pairs = [
      ['a', 'b'],
      ['b', 'a'],
      ['a|b', ''],
      ['a', 'b|'],
    ] as const;
    for (const [issuer, subject] of pairs) {
      expect((await limit.consume({ ...LOCAL_PRINCIPAL, issuer, subject })).allowed).toBe(true);
    }
  });
});
