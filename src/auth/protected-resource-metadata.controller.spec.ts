import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { APP_CONFIG, loadAppConfig } from '../config/app-config.js';
import { HttpRefusal } from '../errors.js';
import { metadataUrl } from './protected-resource-metadata.js';
import { ProtectedResourceMetadataController } from './protected-resource-metadata.controller.js';

const PATHS = ['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp'];

const configuration = (env: Record<string, string>): ReturnType<typeof loadAppConfig> =>
  loadAppConfig({
    PUBLIC_URL: 'https://mcp.test',
    AWS_CLOUDWATCH_ROLE_ARN: 'arn:aws:iam::111122223333:role/Reader',
    ...env,
  });
const WITH_ISSUER = { OIDC_ISSUER: 'https://idp.test/realms/x' };

let app: INestApplication | undefined;
afterEach(() => app?.close());

async function start(env: Record<string, string>): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    controllers: [ProtectedResourceMetadataController],
    providers: [{ provide: APP_CONFIG, useValue: configuration(env) }],
  }).compile();
  app = module.createNestApplication({ logger: false });
  app.useGlobalFilters({
    catch: (error: HttpRefusal, host) => {
      host.switchToHttp().getResponse().status(error.status).set(error.headers).json({ error: error.error });
    },
  });
  return app.init();
}

describe('ProtectedResourceMetadataController', () => {
  it.each(PATHS)('answers GET %s from the configuration, whatever Host says [A12] [MET-01]', async (path) => {
    const { body } = await request((await start(WITH_ISSUER)).getHttpServer())
      .get(path)
      .set('Host', 'evil.test')
      .set('X-Forwarded-Host', 'evil.test')
      .expect(200)
      .expect('Content-Type', /application\/json/);
    expect(body).toEqual({
      resource: 'https://mcp.test/mcp',
      resource_name: 'CloudWatch MCP server',
      authorization_servers: ['https://idp.test/realms/x'],
      bearer_methods_supported: ['header'],
    });
  });

  it.each(PATHS)('refuses other methods at %s [MET-06]', async (path) => {
    const server = (await start(WITH_ISSUER)).getHttpServer();
    for (const method of ['post', 'put', 'delete', 'patch'] as const) {
      const response = await request(server)[method](path);
      expect(response.status).toBe(405);
      expect(response.headers.allow).toBe('GET');
    }
  });

  it('names every scope there may be a need for, once [A12] [A14]', async () => {
    const env = { ...WITH_ISSUER, OAUTH_REQUIRED_SCOPES: 'cw:read', TOOL_SCOPES: 'logs=cw:query,alarms=cw:read' };
    const server = (await start(env)).getHttpServer();
    const { body } = await request(server)
      .get(PATHS[0] as string)
      .expect(200);
    expect(body.scopes_supported).toEqual(['cw:read', 'cw:query']);
  });

  it('names no authorization server where only API keys are accepted', async () => {
    const server = (await start({ API_KEYS: `ci:sha256:${'0'.repeat(64)}` })).getHttpServer();
    const { body } = await request(server)
      .get(PATHS[0] as string)
      .expect(200);
    expect(body).not.toHaveProperty('authorization_servers');
  });
});

describe('metadataUrl', () => {
  it('is the well-known address made from the resource identifier', () => {
    const { http } = configuration(WITH_ISSUER);
    expect(metadataUrl({ http })).toBe('https://mcp.test/.well-known/oauth-protected-resource/mcp');
  });
});
