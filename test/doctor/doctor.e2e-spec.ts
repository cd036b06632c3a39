import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AwsEmulator, startAwsEmulator } from '../../src/demo/aws-emulator/emulator.js';
import { SERVER_ACCESS_KEY_ID, SERVER_SECRET_ACCESS_KEY } from '../../src/demo/aws-emulator/identities.js';
import { EXTERNAL_ID, localProfile } from '../../src/demo/aws-emulator/roles.js';
import { type DemoStack, startDemoStack } from '../../src/demo/demo-stack.js';
import type { Check } from '../../src/doctor/check.js';
import { diagnosisText } from '../../src/doctor/diagnosis-text.js';
import { examine } from '../../src/doctor/doctor.factory.js';
import { LocalIssuer } from '../support/local-issuer.js';

type Env = Readonly<Record<string, string | undefined>>;

const ROLE = 'arn:aws:iam::111111111111:role';

let demo: DemoStack;
let pretender: LocalIssuer;
let slowClock: AwsEmulator;
let fastClock: AwsEmulator;
let deadPort: number;

beforeAll(async () => {
  demo = await startDemoStack();
  pretender = await LocalIssuer.start();
  slowClock = await startAwsEmulator({ now: () => new Date(Date.now() - 600_000) });
  fastClock = await startAwsEmulator({ now: () => new Date(Date.now() + 60_000) });
  deadPort = await unusedPort();
});
afterAll(async () => {
  await Promise.all([demo.close(), pretender.stop(), slowClock.close(), fastClock.close()]);
});
afterEach(() => {
  vi.unstubAllEnvs();
  pretender.fault = () => false;
  demo.aws.faults.clear();
});

function unusedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function findings(changes: Env = {}): Promise<readonly Check[]> {
  const { checks } = await examine({ ...demo.settings, ...changes });
  return checks.filter(({ status }) => status === 'fail' || status === 'warn');
}

interface Mistake {
  readonly area: Check['area'];
  readonly says: RegExp;
  readonly env?: () => Env;
  readonly plant?: () => void;
}

const MISTAKES: Readonly<Record<string, Mistake>> = {
  'an issuer that does not exist at its provider': {
    area: 'issuer',
    says: /keys of the issuer .*\/realms\/wrong could not be loaded: status 404/,
    env: () => ({ OIDC_ISSUER: `${demo.settings['OIDC_ISSUER']}/realms/wrong` }),
  },
  'an issuer that nobody answers for': {
    area: 'issuer',
    says: /could not be loaded: ECONNREFUSED/,
    env: () => ({ OIDC_ISSUER: `http://127.0.0.1:${deadPort}` }),
  },
  'an issuer that calls itself otherwise': {
    area: 'issuer',
    says: /What answers at http:\/\/localhost:\d+ calls itself http:\/\/127\.0\.0\.1/,
    env: () => ({ OIDC_ISSUER: demo.settings['OIDC_ISSUER']?.replace('127.0.0.1', 'localhost') }),
  },
  'an issuer without a usable key': {
    area: 'issuer',
    says: /publishes no key that can verify a token/,
    env: () => ({ OIDC_ISSUER: pretender.url }),
    plant: () => {
      pretender.fault = (path, response) => path === '/keys' && Boolean(response.end('{"keys":[]}'));
    },
  },
  'a role that does not exist': {
    area: 'role',
    says: /role arn:aws:iam::111111111111:role\/CloudWatchTypo \(AWS_CLOUDWATCH_ROLE_ARN\) cannot be assumed/,
    env: () => ({ AWS_CLOUDWATCH_ROLE_ARN: `${ROLE}/CloudWatchTypo` }),
  },
  'a role that does not trust the server': {
    area: 'role',
    says: /role\/Untrusted \(AWS_ALLOWED_ROLE_ARNS\) cannot be assumed/,
    env: () => ({ AWS_ALLOWED_ROLE_ARNS: `${ROLE}/CloudWatchReader,${ROLE}/Untrusted` }),
  },
  'another external id than the trust policies ask for': {
    area: 'external-id',
    says: /refuses every role .*CloudWatchReader, .*CloudWatchLimited/,
    env: () => ({ AWS_ROLE_EXTERNAL_ID: 'not-the-agreed-one' }),
  },
  'a trust policy that forgot the external id': {
    area: 'role',
    says: /^The trust policy of arn:aws:iam::111111111111:role\/CloudWatchNoExternalId .* does not require the external id/,
    env: () => ({ AWS_ALLOWED_ROLE_ARNS: `${ROLE}/CloudWatchReader,${ROLE}/CloudWatchNoExternalId` }),
  },
  'no AWS identity of the server': {
    area: 'server-identity',
    says: /no AWS identity that AWS accepts: CredentialsProviderError/,
    plant: () => {
      vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    },
  },
  'an AWS identity that AWS does not know': {
    area: 'server-identity',
    says: /no AWS identity that AWS accepts: InvalidClientTokenId/,
    plant: () => vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIANOBODYKNOWSME001'),
  },
  'a clock that is ten minutes off': {
    area: 'clock',
    says: /clock of this machine is (599|600|601) s ahead of that of AWS/,
    env: () => ({ AWS_ENDPOINT_URL: slowClock.url }),
  },
  'an AWS that cannot be reached': {
    area: 'aws',
    says: /STS cannot be reached at .*: ECONNREFUSED/,
    env: () => ({ AWS_ENDPOINT_URL: `http://127.0.0.1:${deadPort}` }),
  },
  'replicas without a common secret': {
    area: 'state-secret',
    says: /3 replicas \(EXPECTED_REPLICAS\) without a common STATE_SECRET/,
    env: () => ({ STATE_SECRET: undefined, EXPECTED_REPLICAS: '3' }),
  },
  'a public address without TLS': {
    area: 'configuration',
    says: /^PUBLIC_URL: must begin with https/,
    env: () => ({ PUBLIC_URL: 'http://mcp.example.com' }),
  },
};

describe('doctor', () => {
  it("finds nothing wrong with the demo's own configuration", async () => {
    const diagnosis = await examine(demo.settings);
    expect(diagnosis.checks.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(diagnosis.checks.filter(({ says }) => says.endsWith('only with its external id.'))).toHaveLength(3);
    expect(diagnosisText(diagnosis)).toContain('All is well');
  });

  it.each(Object.entries(MISTAKES))('names %s, and nothing else', async (_name, mistake) => {
    mistake.plant?.();
    expect(await findings(mistake.env?.())).toEqual([
      expect.objectContaining({ area: mistake.area, status: 'fail', says: expect.stringMatching(mistake.says) }),
    ]);
  });

  it('warns of a clock a minute off and of roles without an external id, which is no failure', async () => {
    expect(await findings({ AWS_ENDPOINT_URL: fastClock.url })).toEqual([
      expect.objectContaining({ area: 'clock', status: 'warn', says: expect.stringMatching(/(59|60|61) s behind/) }),
    ]);
    const open = {
      AWS_ROLE_EXTERNAL_ID: undefined,
      AWS_ALLOWED_ROLE_ARNS: undefined,
      ACCESS_FILE: undefined,
      AWS_CLOUDWATCH_ROLE_ARN: `${ROLE}/CloudWatchNoExternalId`,
    };
    expect(await findings(open)).toEqual([expect.objectContaining({ area: 'role', status: 'warn' })]);
    expect((await examine({ ...demo.settings, ...open })).healthy).toBe(true);
  });

  it("warns when the server's own identity can read what only callers should", async () => {
    const { accessKeyId, secretAccessKey } = localProfile('111111111111');
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
    expect(await findings()).toContainEqual(
      expect.objectContaining({
        area: 'server-identity',
        status: 'warn',
        fix: expect.stringContaining('NoDirectReads'),
      }),
    );
  });

  it('assumes each role exactly as for a caller and uses the credentials for nothing', async () => {
    demo.aws.calls.clear();
    await examine(demo.settings);
    const calls = demo.aws.calls.all();
    const roles = calls.filter(({ operation }) => operation === 'AssumeRole').map(({ input }) => input);
    expect(roles).toHaveLength(6);
    for (const input of roles) {
      expect(input).toMatchObject({ DurationSeconds: 900, SourceIdentity: expect.stringMatching(/^doctor-/) });
    }
    expect(roles.filter((input) => 'ExternalId' in (input as object))).toHaveLength(3);
    expect([...new Set(calls.map(({ accessKeyId }) => accessKeyId))]).toEqual(['AKIAEMULATORSERVER01']);
  });

  it("says that roles behind web identity need a caller's token", async () => {
    const { checks, healthy } = await examine({
      ...demo.settings,
      AWS_CREDENTIAL_EXCHANGE: 'web-identity',
      API_KEYS: undefined,
    });
    expect(healthy).toBe(true);
    expect(checks.filter(({ area }) => area === 'server-identity')).toEqual([]);
    expect(checks.filter(({ area, status }) => area === 'role' && status === 'skip')).toHaveLength(3);
  });

  it('shows no secret', async () => {
    const diagnosis = await examine({ ...demo.settings, AWS_ROLE_EXTERNAL_ID: 'canary-external-id' });
    const shown = `${JSON.stringify(diagnosis)} ${diagnosisText(diagnosis)}`;
    const secrets = [
      'canary-external-id',
      EXTERNAL_ID,
      demo.apiKey,
      demo.settings['STATE_SECRET'],
      SERVER_SECRET_ACCESS_KEY,
    ];
    for (const secret of secrets) expect(shown).not.toContain(secret);
  });

  it('lists every problem of a configuration that cannot be used', async () => {
    const found = await findings({ CLOUDWATCH_MCP_PORT: 'eighty', AWS_REGION: 'atlantis-1' });
    expect(found.map(({ says }) => says.split(':')[0])).toEqual(['CLOUDWATCH_MCP_PORT', 'AWS_REGION']);
  });
});

describe('cloudwatch-mcp-server doctor', () => {
  const cli = fileURLToPath(new URL('../../dist/cli/cli.js', import.meta.url));

  async function run(args: readonly string[], changes: Env = {}): Promise<{ code: number; stdout: string }> {
    const env = {
      ...demo.settings,
      AWS_ACCESS_KEY_ID: SERVER_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY: SERVER_SECRET_ACCESS_KEY,
      ...changes,
    };
    return new Promise((resolve) => {
      execFile(process.execPath, [cli, 'doctor', ...args], { env }, (error, stdout) =>
        resolve({ code: Number(error?.code ?? 0), stdout }),
      );
    });
  }

  it('ends with 0 when nothing failed, and with 1 otherwise', async () => {
    const [well, ill, usage] = await Promise.all([
      run([]),
      run(['--json'], { AWS_ROLE_EXTERNAL_ID: 'not-the-agreed-one' }),
      run(['--jsn']),
    ]);
    expect([well.code, ill.code, usage.code]).toEqual([0, 1, 1]);
    expect(well.stdout).toMatch(
      /^ok {4}The configuration is valid\.\n[^]*All is well: \d+ ok, 0 to consider, 0 failed/,
    );
    expect(JSON.parse(ill.stdout)).toMatchObject({ healthy: false, checks: expect.any(Array) });
  });
});
