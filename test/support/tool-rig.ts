import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import type { ModuleMetadata, Type } from '@nestjs/common';
import { ContextIdFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { z } from 'zod';
import type { ChartData } from '../../src/chart-page/chart-data.js';
import { loadAppConfig } from '../../src/config/app-config.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { type AwsEmulator, type AwsEmulatorOptions, startAwsEmulator } from '../../src/demo/aws-emulator/emulator.js';
import { type Tool, TOOL_DEFINITION, type ToolCall, type ToolDefinition, type ToolImage } from '../../src/mcp/tool.js';
import { parseToolArguments } from '../../src/mcp/tool-arguments.js';
import { toolSchemas } from '../../src/mcp/tool-schema.js';
import type { Principal } from '../../src/principal.js';
import { LogModule } from '../../src/security-monitoring/audit/log.module.js';
import { ALICE_ROLE, BOB_ROLE, EXTERNAL_ID } from './stack.js';

const ROLES = { alice: ALICE_ROLE, bob: BOB_ROLE } as const;

export interface RigCall {
  readonly as?: keyof typeof ROLES;
  readonly signal?: AbortSignal;
  readonly endWaiting?: AbortSignal;
  readonly progress?: ToolCall['progress'];
  /** Receives the images of the answer. */
  readonly images?: ToolImage[];
  /** Receives what the answer's page draws. */
  readonly charts?: ChartData[];
}

/** Tools as the dispatcher runs them, with the caller's own credentials at an AWS that checks every signature. */
export interface ToolRig {
  readonly aws: AwsEmulator;
  /** Validates the arguments, runs the tool for one caller, and holds its answer to its own output schema. */
  call<D extends ToolDefinition>(
    tool: Type<Tool<D>>,
    definition: D,
    args: object,
    options?: RigCall,
  ): Promise<z.output<D['output']>>;
  close(): Promise<void>;
}

/** Starts the rooms with these modules between two real callers and the emulator, or another AWS that is started for them. */
export async function startToolRig(
  imports: NonNullable<ModuleMetadata['imports']>,
  env: Readonly<Record<string, string>> = {},
  options: AwsEmulatorOptions | (() => Promise<AwsEmulator>) = {},
): Promise<ToolRig> {
  const aws = typeof options === 'function' ? await options() : await startAwsEmulator(options);
  const config = loadAppConfig({
    API_KEYS: randomBytes(32).toString('hex'),
    AWS_ENDPOINT_URL: aws.url,
    INSECURE_ALLOW_AWS_ENDPOINT: 'true',
    AWS_CLOUDWATCH_ROLE_ARN: ALICE_ROLE,
    AWS_ALLOWED_ROLE_ARNS: `${ALICE_ROLE},${BOB_ROLE}`,
    AWS_ROLE_EXTERNAL_ID: EXTERNAL_ID,
    AWS_CALL_RATE: '1000',
    ...env,
  });
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const app = await Test.createTestingModule({
    imports: [ConfigModule.forRoot(config), LogModule.forRoot(nowhere), ...imports],
  }).compile();
  return {
    aws,
    async call(tool, definition, args, { as = 'alice', signal, endWaiting, progress, images, charts } = {}) {
      if (Reflect.getMetadata(TOOL_DEFINITION, tool) !== definition) throw new Error(`${tool.name} is another tool`);
      const call: ToolCall = {
        principal: person(as),
        requestId: 'rig',
        signal: signal ?? new AbortController().signal,
        endWaiting: endWaiting ?? new AbortController().signal,
        progress: progress ?? (() => undefined),
        attach: (image) => void images?.push(image),
        draw: (data) => void charts?.push(data),
      };
      const input = parseToolArguments(definition, toolSchemas(definition).input, args);
      const contextId = ContextIdFactory.create();
      app.registerRequestByContextId(call, contextId);
      const instance = await app.resolve<Tool>(tool, contextId, { strict: false });
      const output = await instance.execute(input, call);
      const held = definition.output.parse(output);
      if (JSON.stringify(sorted(held)) !== JSON.stringify(sorted(output)))
        throw new Error('the answer has undeclared fields');
      return held as never;
    },
    async close() {
      await app.close();
      await aws.close();
    },
  };
}

function person(name: keyof typeof ROLES): Principal {
  return {
    issuer: 'https://idp.example',
    subject: name,
    method: 'jwt',
    displayName: name,
    scopes: [],
    groups: [],
    claims: { 'custom:role_arn': ROLES[name] },
  };
}

/** The same value with the members of its objects in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
