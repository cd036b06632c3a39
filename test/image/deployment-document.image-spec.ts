import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type AwsEmulator, startAwsEmulator } from '../../src/demo/aws-emulator/emulator.js';
import { SERVER_ACCESS_KEY_ID, SERVER_SECRET_ACCESS_KEY } from '../../src/demo/aws-emulator/identities.js';
import { EXTERNAL_ID } from '../../src/demo/aws-emulator/roles.js';
import { type OidcIssuer, startOidcIssuer } from '../../src/demo/oidc-issuer/oidc-issuer.js';
import { EVERY_CLIENT } from '../support/clients.js';
import { freePort, signersOf } from '../support/stack.js';
import { buildImage } from './built-image.js';
import { Documented } from './documented.js';
import { describeWithImages, output, shell } from './shell.js';
import { fetchThroughTls } from './through-tls.js';

const RESOURCE = 'https://mcp.example.com/mcp';

/** The document's own commands, one after the other, with the emulators in place of AWS and of the identity provider. */
describeWithImages('docs/deployment.md, section Docker, followed literally', () => {
  let folder = '';
  let document: Documented;
  let issuer: OidcIssuer;
  let aws: AwsEmulator;
  let port = 0;
  let token = '';
  let added = '';

  const run = (script: string): Promise<string> =>
    output(script, { cwd: folder, env: { DOCKER_ADDED_ENV: added, TOKEN: token } });
  /** What several commands of curl printed, each its own JSON text. */
  const answers = async (script: string): Promise<unknown[]> =>
    (await run(script)).split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as unknown] : []));

  beforeAll(async () => {
    await buildImage();
    folder = mkdtempSync('/var/tmp/deployment-');
    issuer = await startOidcIssuer({ resource: RESOURCE });
    aws = await startAwsEmulator();
    port = await freePort();
    document = new Documented('docs/deployment.md', {
      'https://idp.example.com': issuer.issuer,
      '111122223333': '111111111111',
      '6f1c9a52-0d7e-4f0a-9b53-2d6e8a9c7f10': EXTERNAL_ID,
      '127.0.0.1:3334': `127.0.0.1:${port}`,
    });
    // The role of the EC2 instance, and AWS; the port, since the network of this machine is the container's.
    added = [
      `CLOUDWATCH_MCP_PORT=${port}`,
      'METRICS_PORT=0',
      `AWS_ENDPOINT_URL=${aws.url}`,
      'INSECURE_ALLOW_AWS_ENDPOINT=true',
      `AWS_ACCESS_KEY_ID=${SERVER_ACCESS_KEY_ID}`,
      `AWS_SECRET_ACCESS_KEY=${SERVER_SECRET_ACCESS_KEY}`,
    ].join('\n');
    ({ accessToken: token } = await issuer.signIn('carol'));
    // DNS of mcp.example.com, and trust in the certificate that signed itself.
    const curl = [`connect-to = "::127.0.0.1:${port}"`, `cacert = "${folder}/tls/tls.crt"`, 'write-out = "\\n"'];
    writeFileSync(`${folder}/.curlrc`, `${curl.join('\n')}\n`);
  });
  afterAll(async () => {
    await shell('docker stop cloudwatch-mcp');
    await Promise.all([issuer.close(), aws.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('gets a certificate and an environment', async () => {
    await run(document.block('TLS by the server itself', 'sh'));
    const rights = document
      .block('1. Certificate', 'sh')
      .split('\n')
      .filter((line) => line.startsWith('chown'));
    expect(rights).toHaveLength(1);
    await run(rights.join('\n'));
    writeFileSync(`${folder}/cloudwatch-mcp.env`, document.block('2. Environment', 'dotenv'));
    await run(document.block('2. Environment', 'sh'));
    expect(readFileSync(`${folder}/cloudwatch-mcp.env`, 'utf8')).toMatch(/^STATE_SECRET=\S{64}$/m);
  });

  it('checks it, and all is well', async () => {
    const said = await run(document.block('3. Check', 'sh'));
    const dateless = (text: string): string => text.replaceAll(/\d{4}-\S+Z, \d+ days/g, 'DATE, DAYS');
    expect(dateless(said)).toContain(dateless(document.block('3. Check', 'text')));
    expect(said).toContain('All is well');
  });

  it('starts the container, which says where it listens', async () => {
    await run(document.block('4. Start', 'sh'));
    const words = document.block('5. First questions', 'text').trim();
    await vi.waitFor(async () => expect(await run(document.block('5. First questions', 'sh'))).toContain(words), {
      timeout: 30_000,
      interval: 200,
    });
  });

  it('is healthy through TLS, for its own check too', async () => {
    const expected = document.blocks('Health', 'json').map((text) => JSON.parse(text) as unknown);
    expect(await answers(document.block('Health', 'sh'))).toEqual(expected);
    expect((await shell('docker exec cloudwatch-mcp node dist/cli/cli.js health')).code).toBe(0);
  });

  it('says where to sign in', async () => {
    const said = await run(document.block('Sign-in', 'sh'));
    const [challenge = '', ...metadata] = said.replaceAll('\r', '').trim().split('\n');
    const [header, ...value] = document.block('Sign-in', 'text').trim().split(': ');
    expect(challenge.toLowerCase().startsWith(`${header?.toLowerCase()}: `)).toBe(true);
    expect(challenge.slice(`${header}: `.length)).toBe(value.join(': '));
    expect(JSON.parse(metadata.join(''))).toEqual(JSON.parse(document.block('Sign-in', 'json')));
  });

  it('answers the first tool calls, with the role of who signed in', async () => {
    const [ask = '', askAws = ''] = document.blocks('First tool call', 'sh');
    expect(await answers(ask)).toEqual([JSON.parse(document.block('First tool call', 'json'))]);
    aws.calls.clear();
    expect(await answers(askAws)).toMatchObject([{ result: { metric_alarms: expect.any(Array) as unknown[] } }]);
    expect(signersOf(aws, 'DescribeAlarms').join()).toMatch(
      /^arn:aws:sts::111111111111:assumed-role\/CloudWatchReader\/[^,]+$/,
    );
  });

  it.each(EVERY_CLIENT)('serves %s through TLS', async (_name, connect) => {
    const client = await connect(RESOURCE, token, fetchThroughTls(port, readFileSync(`${folder}/tls/tls.crt`, 'utf8')));
    const result = await client.call('describe_log_groups', {});
    expect(result.isError).not.toBe(true);
    expect(JSON.stringify(result.structuredContent)).toContain('logGroupName');
    await client.close();
  });

  it('ends within the time its stop command gives it', async () => {
    await run('docker stop cloudwatch-mcp');
    expect((await run('docker wait cloudwatch-mcp')).trim()).toBe('0');
  });
});
