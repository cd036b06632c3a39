import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { GetActiveAlarmsTool, getActiveAlarms } from '../../alarms/get-active-alarms.tool.js';
import type { AppConfig } from '../../config/app-config.js';
import type { CredentialsService } from '../../credentials/credentials.service.js';
import { LOCAL_PRINCIPAL } from '../../principal.js';
import { localProfile } from '../aws-emulator/roles.js';
import { serveParent } from './child.js';

/** Candidate a: the SDK's handler on bare node:http with one equal tool, fixed credentials and no authentication. */
await serveParent(async () => {
  const { accessKeyId, secretAccessKey } = localProfile('111111111111');
  const client = new CloudWatchClient({
    region: 'us-east-1',
    endpoint: process.env['BENCH_AWS_URL'] ?? '',
    credentials: { accessKeyId, secretAccessKey },
  });
  const tool = new GetActiveAlarmsTool(
    { client: async () => client } as unknown as CredentialsService,
    { tools: { resultBudgetBytes: 100_000 } } as AppConfig,
  );
  const { name, title, description, input, output, annotations } = getActiveAlarms;
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'bare', version: '1.0.0' });
    server.registerTool(
      name,
      { title, description, inputSchema: input, outputSchema: output, annotations },
      async (args, ctx) => {
        const call = {
          principal: LOCAL_PRINCIPAL,
          requestId: 'bench',
          signal: ctx.mcpReq.signal,
          endWaiting: new AbortController().signal,
          progress: () => undefined,
          attach: () => undefined,
          draw: () => undefined,
        };
        const result = await tool.execute(args, call);
        return { content: [{ type: 'text', text: JSON.stringify(result) }], structuredContent: result };
      },
    );
    return server;
  });
  const answer = toNodeHandler(handler);
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` };
});
