import { startAwsEmulator } from '../aws-emulator/emulator.js';
import { startOidcIssuer } from '../oidc-issuer/oidc-issuer.js';
import { serveParent } from './child.js';

/** The identity provider and the AWS that all three candidates talk to. */
export interface Network {
  readonly awsUrl: string;
  readonly issuer: string;
  readonly token: string;
}

await serveParent(async (): Promise<Network> => {
  const resource = process.env['BENCH_RESOURCE'] ?? '';
  const issuer = await startOidcIssuer({ resource });
  const aws = await startAwsEmulator({ keepCalls: 100 });
  return {
    awsUrl: aws.url,
    issuer: issuer.issuer,
    token: await issuer.mintToken({ sub: 'alice' }, { expiresInSeconds: 36_000 }),
  };
});
