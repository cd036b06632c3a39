import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHART_PAGE } from '../../src/chart-page/chart-page.js';
import { type Connect, connectV2Modern, EVERY_CLIENT, type McpClient, type ToolResult } from '../support/clients.js';
import { type Stack, startStack } from '../support/stack.js';

const ADDRESS = 'ui://cloudwatch-mcp-server/chart';
const EXTENSION = 'io.modelcontextprotocol/ui';
const ERRORS = {
  namespace: 'AWS/Lambda',
  metric_name: 'Errors',
  statistic: 'Sum',
  dimensions: [{ name: 'FunctionName', value: 'payments' }],
};

type ListedTool = { readonly name: string; readonly _meta?: { readonly ui?: { readonly resourceUri?: string } } };
type Drawn = {
  readonly series: { readonly label: string; readonly points: number[][] }[];
  readonly marks: object[];
  readonly unit?: string;
};

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { TOOL_SCOPES: 'metrics=cw:metrics,logs=cw:logs' } });
});
afterAll(() => stack.close());

async function as<T>(
  scope: string,
  use: (client: McpClient) => Promise<T>,
  connect: Connect = connectV2Modern,
  of = stack,
): Promise<T> {
  const client = await connect(of.endpoint, await of.token('alice', { scope }));
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

const ALL = 'cw:metrics cw:logs';
const summaries = (result: ToolResult): readonly { label: string; datapoints: number; maximum: number }[] =>
  (result.structuredContent as { series: never }).series;
const drawnOf = (result: ToolResult): Drawn =>
  (result as { _meta?: Record<string, Drawn> })._meta?.['cloudwatch-mcp-server/chart'] as Drawn;

describe.each(EVERY_CLIENT)('%s', (_name, connect) => {
  it('learns which tools have answers that the page draws, and reads the page', async () => {
    await as(
      ALL,
      async (client) => {
        expect(client.capabilities).toMatchObject({ extensions: { [EXTENSION]: {} }, resources: {} });
        const tools: readonly ListedTool[] = await client.tools();
        const drawn = tools.filter(({ _meta }) => _meta !== undefined);
        expect(drawn.map(({ name }) => name)).toEqual([
          'execute_log_insights_query',
          'get_logs_insight_query_results',
          'get_metric_chart',
          'get_metric_data',
        ]);
        for (const { _meta } of drawn) expect(_meta).toEqual({ ui: { resourceUri: ADDRESS } });
        expect(await client.read(ADDRESS)).toBe(CHART_PAGE);
      },
      connect,
    );
  });

  it('finds the page in no list, and nothing beside it', async () => {
    await as(
      '',
      async (client) => {
        expect((await client.resources()).map(({ uri }) => uri)).not.toContain(ADDRESS);
        for (const other of [`${ADDRESS}/x`, `${ADDRESS}?a=b`, 'ui://cloudwatch-mcp-server/', 'ui://other/chart'])
          await expect(client.read(other)).rejects.toThrow(/not found/i);
      },
      connect,
    );
  });
});

describe('the chart page', () => {
  const read = async (bearer: string, headers: Record<string, string>, params: object): Promise<object> => {
    const response = await fetch(stack.endpoint, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${bearer}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: ADDRESS, ...params } }),
    });
    const text = await response.text();
    const json = text.startsWith('{') ? text : (/^data: (\{.*)$/m.exec(text)?.[1] ?? '{}');
    return (JSON.parse(json) as { result: object }).result;
  };
  const modern = {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'e2e', version: '1.0.0' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  };

  it('asks for no origin, no permission and no scope, and may be kept by whoever is between', async () => {
    stack.aws.calls.clear();
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'resources/read', 'mcp-name': ADDRESS };
    const result = await read(await stack.token('alice', { scope: '' }), headers, modern);
    expect(result).toMatchObject({ ttlMs: 3_600_000, cacheScope: 'public' });
    expect((result as { contents: object[] }).contents).toEqual([
      {
        uri: ADDRESS,
        mimeType: 'text/html;profile=mcp-app',
        text: CHART_PAGE,
        _meta: {
          ui: {
            csp: { connectDomains: [], resourceDomains: [], frameDomains: [], baseUriDomains: [] },
            prefersBorder: true,
          },
        },
      },
    ]);
    expect(stack.aws.calls.all()).toEqual([]);
  });

  it('is the same in the older era', async () => {
    const result = await read(await stack.token('bob'), { 'mcp-protocol-version': '2025-11-25' }, {});
    expect(result).toMatchObject({ contents: [{ mimeType: 'text/html;profile=mcp-app', text: CHART_PAGE }] });
  });

  it('is not offered with tools that it does not draw', async () => {
    const other = await startStack({ env: { TOOLSETS: 'alarms' } });
    try {
      await as(
        '',
        async (client) => {
          expect(JSON.stringify(client.capabilities)).not.toContain(EXTENSION);
          await expect(client.read(ADDRESS)).rejects.toThrow(/not found/i);
        },
        connectV2Modern,
        other,
      );
    } finally {
      await other.close();
    }
  });

  it('gets the points of a chart, beside numbers and image that are complete without them', async () => {
    const result = await as(ALL, (client) => client.call('get_metric_chart', { metrics: [ERRORS] }));
    const { series, unit } = drawnOf(result);
    const [told] = summaries(result);
    expect(unit).toBe('Count');
    expect(series.map(({ label }) => label)).toEqual([told?.label]);
    expect(series[0]?.points).toHaveLength(told?.datapoints ?? 0);
    expect(Math.max(...(series[0]?.points ?? []).map(([, value = 0]) => value))).toBe(told?.maximum);
    expect(result.content.map(({ type }) => type)).toEqual(['text', 'image']);
    expect(result.content[0]?.text).not.toContain('"points"');
  });

  it('gets labels that are cleaned and masked like every answer', async () => {
    const label = 'deploy\u200b of AKIAIOSFODNN7EXAMPLE';
    const metrics = [{ ...ERRORS, label: 'x' }];
    const lines = [{ label, value: 3 }];
    const clean = await as(ALL, (client) => client.call('get_metric_chart', { metrics, lines }));
    expect(drawnOf(clean).marks).toEqual([{ label: 'deploy of [masked: aws-key]', value: 3 }]);
  });
});
