import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AwsEmulator, startAwsEmulator } from '../../src/demo/aws-emulator/emulator.js';
import { localProfile } from '../../src/demo/aws-emulator/roles.js';

/** Who signs the calls of the profiles `dev` and `prod`. */
export const DEV = 'arn:aws:iam::111111111111:user/local-developer';
export const PROD = 'arn:aws:iam::222222222222:user/local-developer';

/** A person's machine, with two AWS profiles, and the AWS that both reach. */
export interface LocalUser {
  readonly aws: AwsEmulator;
  readonly folder: string;
  /** The environment an MCP client starts the server with. */
  env(more?: Readonly<Record<string, string>>): Record<string, string>;
  close(): Promise<void>;
}

export async function startLocalUser(): Promise<LocalUser> {
  const aws = await startAwsEmulator();
  const folder = mkdtempSync(join(tmpdir(), 'local-user-'));
  const credentials = join(folder, 'credentials');
  writeFileSync(credentials, profile('dev', '111111111111') + profile('prod', '222222222222'));
  return {
    aws,
    folder,
    env: (more = {}) => ({
      AWS_PROFILE: 'dev',
      AWS_SHARED_CREDENTIALS_FILE: credentials,
      AWS_CONFIG_FILE: join(folder, 'none'),
      AWS_ENDPOINT_URL: aws.url,
      INSECURE_ALLOW_AWS_ENDPOINT: 'true',
      TOOLSETS: 'all',
      AWS_CALL_RATE: '1000',
      ...more,
    }),
    close: async () => {
      await aws.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function profile(name: string, account: string): string {
  const { accessKeyId, secretAccessKey } = localProfile(account);
  return `[${name}]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\n`;
}
