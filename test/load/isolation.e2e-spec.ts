import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AwsEmulator, startAwsEmulator } from '../../src/demo/aws-emulator/emulator.js';
import { type OidcIssuer, startOidcIssuer } from '../../src/demo/oidc-issuer/oidc-issuer.js';
import { runIsolation } from '../../src/demo/soak/isolation.js';
import { Replica } from '../../src/demo/soak/replica.js';
import { replicaEnvironment } from '../../src/demo/soak/replica-environment.js';

/** `npm run soak:isolation` does the same with 1,000 users of 100 calls. */
const USERS = 60;
const CALLS = 10;

const main = new URL('../../dist/main.js', import.meta.url);
const resource = 'http://127.0.0.1/mcp';

let issuer: OidcIssuer;
let aws: AwsEmulator;
let replicas: readonly Replica[] = [];

beforeAll(async () => {
  if (!existsSync(main)) throw new Error('dist/main.js is missing: npm run build');
  issuer = await startOidcIssuer({ resource });
  aws = await startAwsEmulator();
  const environment = replicaEnvironment({ resource, issuer: issuer.issuer, awsUrl: aws.url });
  replicas = await Promise.all([1, 2, 3].map(() => Replica.start(main, environment)));
});
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await aws.close();
  await issuer.close();
});

describe(`${USERS} users of three replicas, ${CALLS} calls each, the same ids over the same sockets`, () => {
  it('get their own answers, signed by themselves, each call audited once and for its signer [ISO-01][B6]', async () => {
    const mint = (sub: string, claims: object): Promise<string> => issuer.mintToken({ sub, ...claims });
    const result = await runIsolation({ replicas, aws, mint, users: USERS, callsPerUser: CALLS });
    const calls = USERS * CALLS;
    expect(result).toMatchObject({
      answers: calls,
      wrongAnswers: [],
      awsCalls: calls,
      foreignSigners: [],
      signedByServer: 0,
      auditedToolCalls: calls,
      wrongAudits: [],
    });
    const perUser = replicas.map(({ audit }) => audit.toolCalls.size);
    expect(perUser.every((users) => users > 0)).toBe(true);
    expect(aws.calls.of('AssumeRole').length).toBeLessThanOrEqual(USERS * replicas.length);
  });
});
