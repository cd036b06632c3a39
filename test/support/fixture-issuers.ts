import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { LocalIssuer } from './local-issuer.js';
import { MatrixApp, RESOURCE } from './matrix-app.js';
import { recipeKey } from './token-recipes.js';

/** The issuers whose tokens the recipes are, each with a server of its own for its keys. */
export interface FixtureIssuers {
  /** `typ: at+jwt` required, one client allowed. */
  readonly a: LocalIssuer;
  /** Cognito: no audience, one client. */
  readonly b: LocalIssuer;
  /** Any OpenID provider. */
  readonly c: LocalIssuer;
}

const ISSUER_A = 'https://idp-a.test';
const USER_POOL = 'us-east-1_TEST00001';
const ISSUER_C = 'https://idp-c.test/realms/x';

export interface Fixture extends FixtureIssuers {
  readonly app: MatrixApp;
  close(): Promise<void>;
}

export interface FixtureOptions {
  /** Keys by name that issuer A publishes besides its own. */
  readonly extraKeys?: readonly string[];
  /** Replaces what issuer A publishes. */
  readonly published?: readonly JWK[];
  /** Other settings of issuer A, as ISSUERS_FILE has them. */
  readonly issuerA?: Readonly<Record<string, unknown>>;
}

const OWN_KEYS = { a: ['rsa1', 'rsa2', 'ec1'], b: ['rsa1'], c: ['rsaC'] } as const;

/** The server trusting the three issuers of the recipes, whose keys it fetches on loopback. */
export async function startFixture({ extraKeys = [], published, issuerA = {} }: FixtureOptions = {}): Promise<Fixture> {
  const [a, b, c] = (await Promise.all([1, 2, 3].map(() => LocalIssuer.start()))) as [
    LocalIssuer,
    LocalIssuer,
    LocalIssuer,
  ];
  const publish = (names: readonly string[]): JWK[] => names.map((name) => recipeKey(name).public);
  a.published = published === undefined ? publish([...OWN_KEYS.a, ...extraKeys]) : [...published];
  b.published = publish(OWN_KEYS.b);
  c.published = publish(OWN_KEYS.c);
  const audiences = [RESOURCE];
  const issuers = [
    {
      profile: 'oidc',
      issuer: ISSUER_A,
      audiences,
      allowedClients: ['app1'],
      requireAtJwt: true,
      jwksUrl: `${a.url}/keys`,
      ...issuerA,
    },
    { profile: 'cognito', userPoolId: USER_POOL, clientId: 'client-ok', audiences, jwksUrl: `${b.url}/keys` },
    { profile: 'oidc', issuer: ISSUER_C, audiences, jwksUrl: `${c.url}/keys` },
  ];
  const app = await startTrusting(issuers);
  const close = async (): Promise<void> => {
    await app.close();
    await Promise.all([a, b, c].map((issuer) => issuer.stop()));
  };
  return { app, a, b, c, close };
}

/** The server trusting the given issuers, written as ISSUERS_FILE has them. */
export async function startTrusting(issuers: readonly object[]): Promise<MatrixApp> {
  const folder = await mkdtemp(join(tmpdir(), 'issuers-'));
  const file = join(folder, 'issuers.yaml');
  await writeFile(file, JSON.stringify(issuers));
  try {
    return await MatrixApp.start({ ISSUERS_FILE: file });
  } finally {
    await rm(folder, { recursive: true });
  }
}
