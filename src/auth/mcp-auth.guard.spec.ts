import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, type INestApplication, Req, UseGuards } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { NextFunction, Request, Response } from 'express';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { LocalIssuer } from '../../test/support/local-issuer.js';
import { type AppConfig, loadAppConfig } from '../config/app-config.js';
import { ConfigModule } from '../config/config.module.js';
import type { AuthenticatedRequest, Principal } from '../principal.js';
import { LogModule } from '../security-monitoring/audit/log.module.js';
import { setRequestFacts } from '../security-monitoring/http/request-facts.js';
import type { SecurityEvent } from '../security-monitoring/security-event.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { AuthModule } from './auth.module.js';
import { McpAuthGuard } from './mcp-auth.guard.js';

const API_KEY = 'Kq7dX2mVw9RtB4nLp8sHc3jFz6gYa1eU';
const METADATA = 'https://mcp.test/.well-known/oauth-protected-resource/mcp';

@Controller('mcp')
@UseGuards(McpAuthGuard)
class WhoAmI {
  @Get()
  answer(@Req() request: Request & AuthenticatedRequest): Principal | undefined {
    return request.user === request.principal ? request.principal : undefined;
  }
}

interface Answer {
  readonly status: number;
  readonly challenge?: string;
  readonly retryAfter?: string;
  readonly body: Record<string, unknown>;
}

let issuer: LocalIssuer;
let app: INestApplication | undefined;
const events: SecurityEvent[] = [];

beforeAll(async () => {
  issuer = await LocalIssuer.start();
});
afterAll(() => issuer.stop());
beforeEach(() => {
  events.length = 0;
});
afterEach(async () => {
  await app?.close();
  issuer.fault = () => false;
});

function configuration(env: Record<string, string | undefined> = {}): AppConfig {
  return loadAppConfig({
    PUBLIC_URL: 'https://mcp.test',
    OIDC_ISSUER: issuer.url,
    API_KEYS: `ci:sha256:${createHash('sha256').update(API_KEY).digest('hex')}`,
    AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/Reader',
    ...env,
  });
}

/** Starts an application whose one path answers who is calling. */
async function start(env: Record<string, string | undefined> = {}): Promise<void> {
  const module = await Test.createTestingModule({
    imports: [ConfigModule.forRoot(configuration(env)), LogModule.forRoot({ write: () => {} }), AuthModule],
    controllers: [WhoAmI],
  })
    .overrideProvider(SecurityEventsService)
    .useValue({ record: (event: SecurityEvent) => events.push(event) })
    .compile();
  app = module.createNestApplication({ logger: false });
  app.use((request: Request, _response: Response, next: NextFunction) => {
    const { method, path } = request;
    const clientIp = request.get('x-test-ip') ?? '192.0.2.1';
    setRequestFacts(request, { requestId: 'r', correlationId: 'r', clientIp, method, path });
    next();
  });
  await app.listen(0, '127.0.0.1');
}

/** Sends the header lines exactly as given. */
function send(...lines: (readonly [string, string])[]): Promise<Answer> {
  if (app === undefined) throw new Error('no application was started');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const host = lines.some(([name]) => name === 'Host') ? [] : [['Host', 'mcp.test']];
    const headers = [...host, ...lines].flat();
    httpRequest({ host: '127.0.0.1', port, path: '/mcp', headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          challenge: response.headers['www-authenticate'],
          retryAfter: response.headers['retry-after'],
          body: JSON.parse(text) as Record<string, unknown>,
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}

function bearer(text: string): Promise<Answer> {
  return send(['Authorization', `Bearer ${text}`]);
}

function good(claims: Record<string, unknown> = {}): Promise<string> {
  return issuer.sign({ aud: 'https://mcp.test/mcp', ...claims });
}

/** Every authentication event since the test began, failures by their reason. */
function outcomes(): string[] {
  return events.flatMap((event) => {
    if (event.name === 'auth.failure') return [`${event.method}:${event.reason}`];
    return event.name === 'auth.success' ? [`${event.principal.method}:ok`] : [];
  });
}

describe('McpAuthGuard with an access token', () => {
  it('lets a token of the issuer through and says whose it is [A1]', async () => {
    await start();
    const answer = await bearer(
      await good({
        azp: 'vscode',
        scope: 'cw:read cw:query',
        groups: ['ops'],
        email: 'al@corp.test',
        email_verified: true,
      }),
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      issuer: issuer.url,
      subject: 'alice',
      method: 'jwt',
      displayName: 'al',
      email: 'al@corp.test',
      clientId: 'vscode',
      scopes: ['cw:read', 'cw:query'],
      groups: ['ops'],
      token: '[redacted]',
    });
    expect(outcomes()).toEqual(['jwt:ok']);
  });

  it('takes the scheme in any case [HDR-02]', async () => {
    await start();
    const token = await good();
    for (const scheme of ['bearer', 'BEARER', 'BeArEr']) {
      expect((await send(['authorization', `${scheme} ${token}`])).status).toBe(200);
    }
  });

  it('verifies ES256 tokens too [A1]', async () => {
    await issuer.addKey('e1', 'ES256');
    await start();
    const token = await issuer.sign({ aud: 'https://mcp.test/mcp' }, { kid: 'e1', header: { alg: 'ES256' } });
    expect((await bearer(token)).status).toBe(200);
  });

  it('notes how many audiences a token has [CLM-08]', async () => {
    await start();
    expect((await bearer(await good({ aud: ['https://other.test', 'https://mcp.test/mcp'] }))).status).toBe(200);
    expect(events).toContainEqual(expect.objectContaining({ name: 'auth.success', audienceCount: 2 }));
  });

  it('accepts the client id as audience when no other is configured, and the ID tokens that have it [A4]', async () => {
    await start({ OIDC_CLIENT_ID: 'cloudwatch-mcp' });
    expect((await bearer(await good({ aud: 'cloudwatch-mcp', nonce: 'n' }))).status).toBe(200);
  });

  it('refuses ID tokens once an audience is configured, unless told otherwise [A4]', async () => {
    await start({ OAUTH_AUDIENCE: 'api' });
    expect((await bearer(await good({ aud: 'api', nonce: 'n' }))).status).toBe(401);
    await app?.close();
    await start({ OAUTH_AUDIENCE: 'api', ACCEPT_ID_TOKENS: 'true' });
    expect((await bearer(await good({ aud: 'api', nonce: 'n' }))).status).toBe(200);
  });

  it.each([
    ['expired', { iat: 1_700_000_000, exp: 1_700_000_600 }, 'expired'],
    ['for another audience', { aud: 'https://mcp.test/mcp/' }, 'aud_mismatch'],
    ['without subject', { sub: undefined }, 'claim_invalid'],
    ['without expiry', { exp: undefined }, 'claim_invalid'],
    ['of an issuer nobody configured', { iss: 'https://unknown.test' }, 'iss_mismatch'],
  ])('refuses a token that is %s, and counts one failure [A1]', async (_name, claims, reason) => {
    await start();
    const answer = await bearer(await good(claims));
    expect(answer.status).toBe(401);
    expect(answer.challenge).toContain('error="invalid_token"');
    expect(answer.body.error).toBe('invalid_token');
    expect(outcomes()).toEqual([`jwt:${reason}`]);
  });

  it('refuses every signature but one by the key it names, in its one algorithm [A1] [JWT-01]', async () => {
    await start();
    const [header, payload, signature] = (await good()).split('.') as [string, string, string];
    const withAlg = (alg: string): string => Buffer.from(JSON.stringify({ alg, kid: 'k1' })).toString('base64url');
    const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    expect((await bearer(`${withAlg('none')}.${payload}.`)).status).toBe(401);
    expect((await bearer(`${withAlg('HS256')}.${payload}.${signature}`)).status).toBe(401);
    expect((await bearer(`${withAlg('PS256')}.${payload}.${signature}`)).status).toBe(401);
    expect((await bearer(`${header}.${payload}.${flipped}`)).status).toBe(401);
    expect(outcomes()).toEqual([
      'jwt:alg_not_allowed',
      'jwt:alg_not_allowed',
      'jwt:alg_not_allowed',
      'jwt:bad_signature',
    ]);
  });

  it('asks nobody about a token whose issuer is not configured', async () => {
    await start();
    await bearer(await good());
    const before = issuer.paths.length;
    expect((await bearer(await good({ iss: `${issuer.url}/other` }))).status).toBe(401);
    expect(issuer.paths.length).toBe(before);
  });

  it('fetches keys at most once for any number of unknown key ids', async () => {
    await start({ RATE_LIMIT_FAILED_AUTH: '1000' });
    const token = await good();
    await bearer(token);
    const before = issuer.keyFetches;
    const [, payload, signature] = token.split('.');
    const kids = [
      '../../dev/null',
      "' OR 1=1--",
      '__proto__',
      'constructor',
      'k1\r\n\u001b[31mFAKE',
      ...Array(40).keys(),
    ];
    const answers = await Promise.all(
      kids.map((kid) => {
        const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: String(kid) })).toString('base64url');
        return bearer(`${header}.${payload}.${signature}`);
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect(issuer.keyFetches - before).toBe(1);
    expect(outcomes().slice(1)).toEqual(kids.map(() => 'jwt:unknown_kid'));
    expect((await bearer(token)).status).toBe(200);
  });

  it('answers 503 while the issuer has never been reached, and heals when it returns', async () => {
    issuer.fault = (_path, response) => {
      response.writeHead(500).end();
      return true;
    };
    await start();
    const token = await good();
    const down = await bearer(token);
    expect(down).toMatchObject({ status: 503, retryAfter: '5', challenge: undefined });
    expect(down.body.error).toBe('idp_unavailable');
    expect(JSON.stringify(down.body)).not.toContain('127.0.0.1');
    expect(outcomes()).toEqual(['jwt:idp_unavailable']);
    issuer.fault = () => false;
    await vi.waitFor(async () => expect((await bearer(token)).status).toBe(200), { timeout: 15_000, interval: 250 });
  });

  it('never mixes up callers that arrive together', async () => {
    await start();
    const subjects = Array.from({ length: 60 }, (_, index) => `user-${index}`);
    const tokens = await Promise.all(subjects.map((sub) => good({ sub })));
    const answers = await Promise.all(tokens.map((token, index) => bearer(index % 3 === 0 ? API_KEY : token)));
    expect(answers.map(({ body }) => body.subject)).toEqual(
      subjects.map((subject, index) => (index % 3 === 0 ? 'ci' : subject)),
    );
  });
});

describe('McpAuthGuard with an API key', () => {
  it('knows the caller by the label of the key [A6] [KEY-01]', async () => {
    await start();
    const answer = await bearer(API_KEY);
    expect(answer.body).toMatchObject({ issuer: 'apikey', subject: 'ci', method: 'api-key', claims: {} });
    expect(JSON.stringify(events)).not.toContain(API_KEY);
    expect(outcomes()).toEqual(['api-key:ok']);
  });

  it('refuses near misses with one text of its own [A10]', async () => {
    await start();
    for (const text of [API_KEY.slice(1), `${API_KEY}x`, API_KEY.toLowerCase(), 'cwmcp_12345678_guess_000000']) {
      const answer = await bearer(text);
      expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
      expect(answer.body.error_description).toBe('The API key is not known to this server.');
    }
    expect(outcomes()).toEqual(Array(4).fill('api-key:key_unknown'));
  });

  it('does not look at a text too long to be one of its own keys [KEY-10]', async () => {
    await start();
    expect((await bearer(`cwmcp_${'a'.repeat(15_000)}`)).status).toBe(401);
    expect(outcomes()).toEqual(['unknown:malformed']);
  });

  it('counts what is neither a token nor a key as malformed [JWT-19] [JWT-20]', async () => {
    await start();
    const [h, p, z] = (await good()).split('.');
    const jwe = (header: object): string => Buffer.from(JSON.stringify({ kid: 'k1', ...header })).toString('base64url');
    const broken = [
      `${h}.${p}.${z}.`,
      `.${p}.${z}`,
      `${h}..${z}`,
      `${h}.${p}.`,
      `${h}.${p}`,
      h,
      '...',
      `${h}.${p}.${z}.${z}`,
      `${h}.${p}.${z}.x.y`,
      `${h}.${p}.${z}.x.y.z`,
      `.${h}.${p}.${z}`,
      `${jwe({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2_147_483_647, p2s: 'AAAA' })}.AA.AA.AA.AA`,
      `${jwe({ alg: 'dir', enc: 'A128GCM', zip: 'DEF' })}..AA.AA.AA`,
      `${jwe({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.AA.AA.AA.AA`,
    ];
    for (const text of broken) expect((await bearer(String(text))).status).toBe(401);
    expect(outcomes().map((outcome) => outcome.split(':')[1])).toEqual(Array(broken.length).fill('malformed'));
  });

  it('keeps accepting keys when no issuer is configured, and knows no token then [A6]', async () => {
    await start({ OIDC_ISSUER: undefined });
    expect((await bearer(API_KEY)).status).toBe(200);
    expect((await bearer(await good())).status).toBe(401);
  });
});

describe('McpAuthGuard with a request that holds no single credential', () => {
  it('challenges without an error, from the configuration and not from Host [A9] [HDR-05] [HDR-09]', async () => {
    await start();
    const answer = await send(['Host', 'localhost'], ['X-Forwarded-Host', 'evil.test']);
    expect(answer).toMatchObject({
      status: 401,
      challenge: `Bearer realm="cloudwatch-mcp", resource_metadata="${METADATA}"`,
      body: { error: 'unauthorized' },
    });
    expect(outcomes()).toEqual(['unknown:missing']);
  });

  it('takes other schemes for no credential [HDR-04]', async () => {
    await start();
    for (const value of ['Basic dTpw', `JWT ${await good()}`, 'DPoP abc', 'Digest x', API_KEY]) {
      expect((await send(['Authorization', value])).challenge).not.toContain('error=');
    }
    expect(outcomes()).toEqual(Array(5).fill('unknown:missing'));
  });

  it('answers 400 to two Authorization lines, whichever is good [HDR-01]', async () => {
    await start();
    const token = await good();
    for (const [first, second] of [
      [token, 'bad'],
      ['bad', token],
      [token, token],
    ]) {
      const answer = await send(['Authorization', `Bearer ${first}`], ['authorization', `Bearer ${second}`]);
      expect(answer.status).toBe(400);
      expect(answer.challenge).toContain('error="invalid_request"');
    }
    expect(outcomes()).toEqual(Array(3).fill('unknown:multiple_credentials'));
  });

  it('spends almost no time on a header made to exhaust an expression [JWT-28]', async () => {
    await start();
    await send();
    const before = process.cpuUsage();
    for (let round = 0; round < 200; round++) {
      expect((await send(['Authorization', 'a'.repeat(15_900)])).challenge).not.toContain('error=');
    }
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(2);
  });
});

describe('McpAuthGuard over the failure budget of an address', () => {
  it('answers 429 to further failures and fetches nothing for it, yet serves what verifies locally [LIM-07]', async () => {
    await start({ RATE_LIMIT_FAILED_AUTH: '3' });
    const token = await good();
    await bearer(token);
    for (let round = 0; round < 3; round++) expect((await bearer('x'.repeat(40))).status).toBe(401);
    const before = issuer.paths.length;
    await issuer.addKey('late', 'RS256');
    const unknown = await issuer.sign({ aud: 'https://mcp.test/mcp' }, { kid: 'late' });
    const limited = await bearer(unknown);
    expect(limited.status).toBe(429);
    expect(Number(limited.retryAfter)).toBeGreaterThan(0);
    expect(issuer.paths.length).toBe(before);
    expect((await bearer(token)).status).toBe(200);
    expect((await bearer(API_KEY)).status).toBe(200);
    expect((await send(['Authorization', `Bearer ${unknown}`], ['X-Test-Ip', '192.0.2.2'])).status).toBe(200);
  });

  it('never counts missing or expired credentials', async () => {
    await start({ RATE_LIMIT_FAILED_AUTH: '1' });
    const expired = await good({ iat: 1_700_000_000, exp: 1_700_000_600 });
    for (let round = 0; round < 3; round++) {
      expect((await send()).status).toBe(401);
      expect((await bearer(expired)).body.error_description).toMatch(/expired/);
    }
  });
});

describe('McpAuthGuard with scopes required', () => {
  const env = { OAUTH_REQUIRED_SCOPES: 'cw:read,cw:query', TOOL_SCOPES: 'alarms=cw:alarms' };

  it('asks a token for all of them, names them all, and tells the operator which it lacks [A14] [CLM-23]', async () => {
    await start(env);
    const answer = await bearer(await good({ scope: 'cw:read private:held' }));
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ error: 'insufficient_scope' });
    expect(answer.challenge).toMatch(
      new RegExp(
        `error="insufficient_scope", error_description="[^"]+", scope="cw:read cw:query", resource_metadata="`,
      ),
    );
    expect(JSON.stringify(answer)).not.toContain('private:held');
    expect(outcomes()).toEqual(['jwt:scope_insufficient']);
    expect(events.at(-1)).toMatchObject({ detail: 'the token lacks cw:query' });
    expect((await bearer(await good({ scope: 'cw:query cw:read' }))).status).toBe(200);
  });

  it('asks nothing of an API key or of the one local user [A14]', async () => {
    await start(env);
    expect((await bearer(API_KEY)).status).toBe(200);
    await app?.close();
    await start({ ...env, ENABLE_AUTH: 'false' });
    expect((await send()).status).toBe(200);
  });

  it('says in a 401 what to ask for, and does not count a good token against its address', async () => {
    await start({ ...env, RATE_LIMIT_FAILED_AUTH: '1' });
    const narrow = await good({ scope: 'cw:read' });
    for (let attempt = 0; attempt < 3; attempt++) expect((await bearer(narrow)).status).toBe(403);
    expect((await send()).challenge).toBe(
      `Bearer realm="cloudwatch-mcp", scope="cw:read cw:query", resource_metadata="${METADATA}"`,
    );
  });
});

describe('McpAuthGuard with authentication off', () => {
  it('knows one local user and looks at no credential [A8]', async () => {
    await start({ ENABLE_AUTH: 'false' });
    expect((await send()).body).toMatchObject({ issuer: 'local', subject: 'local', method: 'none' });
    expect((await bearer('anything')).status).toBe(200);
  });
});

describe('two applications in one process', () => {
  it('each trust only their own issuer', async () => {
    await start();
    const first = app;
    const other = await LocalIssuer.start();
    await start({ OIDC_ISSUER: other.url });
    const second = app;
    app = first;
    const token = await good();
    expect((await bearer(token)).status).toBe(200);
    app = second;
    expect((await bearer(token)).status).toBe(401);
    await first?.close();
    await other.stop();
  });
});
