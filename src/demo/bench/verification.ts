import type { ExecutionContext } from '@nestjs/common';
import { importJWK, type JWK, jwtVerify } from 'jose';
import { McpAuthGuard } from '../../auth/mcp-auth.guard.js';
import { loadAppConfig } from '../../config/app-config.js';
import type { AuthenticatedRequest } from '../../principal.js';
import { setRequestFacts } from '../../security-monitoring/http/request-facts.js';
import { startApp } from '../../start-app.js';
import { serveParent } from './child.js';

/** What one token costs, in microseconds: one after the other, and of CPU on all threads of the process. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

/** The same tokens through the guard and through jose. */
export interface Verification {
  readonly guard: Cost;
  readonly jose: Cost;
}

const TOKENS = 4000;
const ROUNDS = 5;
const FACTS = {
  requestId: 'bench',
  correlationId: 'bench',
  clientIp: '127.0.0.1',
  method: 'POST',
  path: '/mcp',
};

/** From the header to the principal, the audit line left out, beside jose on the same token with its key at hand. */
await serveParent(async (): Promise<Verification> => {
  const app = await startApp(loadAppConfig({ ...process.env, LOG_LEVEL: 'CRITICAL' }));
  const guard = app.app.get(McpAuthGuard, { strict: false });
  const token = process.env['BENCH_TOKEN'] ?? '';
  const issuer = process.env['OIDC_ISSUER'] ?? '';
  const key = await importJWK(await publishedKey(issuer, token), 'RS256');
  const options = { issuer, audience: process.env['OAUTH_AUDIENCE'], algorithms: ['RS256'], requiredClaims: ['sub'] };

  const guarded = async (): Promise<unknown> => {
    const request: AuthenticatedRequest & { readonly rawHeaders: readonly string[] } = {
      rawHeaders: ['Host', 'localhost', 'Authorization', `Bearer ${token}`],
    };
    setRequestFacts(request, FACTS);
    await guard.canActivate(contextOf(request));
    return request.principal;
  };
  const bare = async (): Promise<unknown> => (await jwtVerify(token, key, options)).payload;

  const rounds: Verification[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    rounds.push({ guard: await cost(guarded), jose: await cost(bare) });
  }
  // The first round is the warm-up.
  const measured = rounds.slice(1);
  return { guard: medians(measured.map((round) => round.guard)), jose: medians(measured.map((round) => round.jose)) };
});

function contextOf(request: object): ExecutionContext {
  return { switchToHttp: () => ({ getRequest: () => request, getResponse: () => ({}) }) } as ExecutionContext;
}

async function publishedKey(issuer: string, token: string): Promise<JWK> {
  const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
  const { jwks_uri: address } = (await discovery.json()) as { jwks_uri: string };
  const { keys } = (await (await fetch(address)).json()) as { keys: JWK[] };
  const { kid } = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string };
  const key = keys.find((candidate) => candidate.kid === kid);
  if (key === undefined) throw new Error('the key of the token is not published');
  return key;
}

async function cost(verify: () => Promise<unknown>): Promise<Cost> {
  const cpu = process.cpuUsage();
  const begun = performance.now();
  for (let turn = 0; turn < TOKENS; turn += 1) {
    if ((await verify()) === undefined) throw new Error('the token was not verified');
  }
  const wall = ((performance.now() - begun) * 1000) / TOKENS;
  const { user, system } = process.cpuUsage(cpu);
  return { wall, cpu: (user + system) / TOKENS };
}

function medians(costs: readonly Cost[]): Cost {
  const median = (of: (cost: Cost) => number): number =>
    costs.map(of).toSorted((a, b) => a - b)[Math.floor(costs.length / 2)] ?? 0;
  return { wall: median(({ wall }) => wall), cpu: median(({ cpu }) => cpu) };
}
