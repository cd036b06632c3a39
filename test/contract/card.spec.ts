import { Scope } from '@nestjs/common';
import { GUARDS_METADATA, SCOPE_OPTIONS_METADATA } from '@nestjs/common/constants.js';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AlarmsModule } from '../../src/alarms/alarms.module.js';
import { AppModule } from '../../src/app.module.js';
import { AuthModule } from '../../src/auth/auth.module.js';
import { McpAuthGuard } from '../../src/auth/mcp-auth.guard.js';
import { ApiKeyStrategy } from '../../src/auth/strategies/api-key.strategy.js';
import { JwtStrategy } from '../../src/auth/strategies/jwt.strategy.js';
import { loadAppConfig } from '../../src/config/app-config.js';
import { CredentialsModule } from '../../src/credentials/credentials.module.js';
import { CredentialsService } from '../../src/credentials/credentials.service.js';
import { HealthModule } from '../../src/health/health.module.js';
import { LogsModule } from '../../src/logs/logs.module.js';
import { McpController } from '../../src/mcp/mcp.controller.js';
import { ToolCallController } from '../../src/mcp/tool-call.controller.js';
import { MetricsModule } from '../../src/metrics/metrics.module.js';
import { SecurityMonitoringModule } from '../../src/security-monitoring/security-monitoring.module.js';

const root = new URL('../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

const scopeOf = (target: object): Scope =>
  (Reflect.getMetadata(SCOPE_OPTIONS_METADATA, target) as { scope?: Scope } | undefined)?.scope ?? Scope.DEFAULT;

describe('the shape of the service', () => {
  it('has the agreed top level', () => {
    const entries = readdirSync(root);
    for (const entry of [
      'src',
      'test',
      'config',
      'docs',
      'nest-cli.json',
      'package.json',
      'tsconfig.json',
      'tsconfig.build.json',
    ]) {
      expect(entries).toContain(entry);
    }
    expect(entries).toEqual(expect.arrayContaining(['Dockerfile', 'README.md']));
  });

  it('uses the agreed packages, pinned exactly', () => {
    const runTime = [
      '@nestjs/core @nestjs/common @nestjs/config @nestjs/passport passport-jwt jwks-rsa nestjs-pino',
      '@aws-sdk/client-sts @aws-sdk/client-cloudwatch @aws-sdk/client-cloudwatch-logs @modelcontextprotocol/server',
    ];
    expect(Object.keys(manifest.dependencies)).toEqual(expect.arrayContaining(runTime.join(' ').split(' ')));
    expect(Object.keys(manifest.devDependencies)).toEqual(
      expect.arrayContaining(['@nestjs/testing', '@modelcontextprotocol/sdk']),
    );
    const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-alpha\.\d+)?$/.test(version))).toEqual([]);
  });

  it('is made of the agreed modules', () => {
    const config = loadAppConfig({ ENABLE_AUTH: 'false' });
    const imports = (AppModule.forRoot(config).imports ?? []).map((entry) =>
      typeof entry === 'object' && 'module' in entry ? entry.module : entry,
    );
    const rooms = [
      AuthModule,
      CredentialsModule,
      LogsModule,
      MetricsModule,
      AlarmsModule,
      SecurityMonitoringModule,
      HealthModule,
    ];
    expect(imports).toEqual(expect.arrayContaining(rooms));
  });

  it('guards the MCP endpoint and the plain one, and builds nothing of theirs for a request', () => {
    for (const controller of [McpController, ToolCallController]) {
      const guards = Reflect.getMetadata(GUARDS_METADATA, controller) as unknown[];
      expect(guards[0]).toBe(McpAuthGuard);
      expect(scopeOf(controller)).toBe(Scope.DEFAULT);
    }
    for (const singleton of [McpAuthGuard, JwtStrategy, ApiKeyStrategy]) expect(scopeOf(singleton)).toBe(Scope.DEFAULT);
  });

  it('makes the credentials service anew for each call', () => {
    expect(scopeOf(CredentialsService)).toBe(Scope.REQUEST);
  });
});
