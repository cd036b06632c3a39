import { NestFactory } from '@nestjs/core';
import { createRequire } from 'node:module';
import { Writable } from 'node:stream';
import { AppModule } from '../app.module.js';
import { loadAppConfig } from '../config/app-config.js';
import type { ToolDefinition } from '../mcp/tool.js';
import { ToolRegistryService } from '../mcp/tool-registry.service.js';
import { inHouseStyle } from './house-style.js';
import type { ProjectManifest } from './npm-packages.js';
import { registryEntry } from './registry-entry.js';
import { toolsDocument } from './tools-document.js';
import { userRolePermissions } from './user-role-permissions.js';

const project = createRequire(import.meta.url)('../../package.json') as ProjectManifest;

/** A file that is written from the code and committed. */
interface Source {
  /** From the top of the project. */
  readonly path: string;
  readonly parser: 'json' | 'markdown';
  readonly content: (tools: readonly ToolDefinition[]) => string;
}

const SOURCES: readonly Source[] = [
  {
    path: 'config/iam/user-role.permissions.json',
    parser: 'json',
    content: (tools) => JSON.stringify(userRolePermissions(tools.filter((tool) => !showsOthersQueries(tool)))),
  },
  {
    path: 'config/iam/user-role.log-indexes.permissions.json',
    parser: 'json',
    content: (tools) => JSON.stringify(userRolePermissions(tools.filter(showsOthersQueries))),
  },
  { path: 'docs/tools.md', parser: 'markdown', content: toolsDocument },
  { path: 'config/registry/server.json', parser: 'json', content: () => JSON.stringify(registryEntry(project)) },
];

/**
 * SECURITY: the query history that the index tools read shows the query texts of everybody in the account, and IAM
 * cannot limit it. It is a policy of its own, for roles whose holders may know them.
 */
function showsOthersQueries({ toolset }: ToolDefinition): boolean {
  return toolset === 'log-indexes';
}

/** Every file generated from the tools, by its path, as it must be committed. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const tools = await declaredTools();
  const files = SOURCES.map(
    async ({ path, parser, content }) => [path, await inHouseStyle(content(tools), parser)] as const,
  );
  return new Map(await Promise.all(files));
}

/** The definitions of all tools, from the application itself. */
export async function declaredTools(): Promise<readonly ToolDefinition[]> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const app = await NestFactory.createApplicationContext(
    AppModule.forRoot(loadAppConfig({ ENABLE_AUTH: 'false', TOOLSETS: 'all' }), nowhere),
    { logger: false, abortOnError: false },
  );
  const tools = app.get(ToolRegistryService, { strict: false }).all();
  await app.close();
  return tools.map(({ definition }) => definition);
}
