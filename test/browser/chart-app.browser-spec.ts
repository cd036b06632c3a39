import { mkdirSync } from 'node:fs';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectV2Modern, type McpClient, type ToolResult } from '../support/clients.js';
import { type Stack, startStack } from '../support/stack.js';
import { ChartClient, type View } from './chart-client.js';
import { HAS_CHROMIUM, startChromium } from './chromium.js';

/** Where screenshots go, when somebody wants to look at them. */
const SCREENSHOTS = process.env['CHART_SCREENSHOTS'];

const PAYMENTS = { namespace: 'AWS/Lambda', dimensions: [{ name: 'FunctionName', value: 'payments' }] };
const ALARM = { alarm_name: 'payments-duration-p99', lines: [{ time: 'now-1h', label: 'deploy' }] };
const QUERY = { log_group_names: ['/shop/checkout'], start_time: 'now-3h', end_time: 'now' };
const HOSTILE = '<img src=http://127.0.0.1:9/x onerror=alert(1)><script>alert(2)</script>&lt;b&gt;';

type Row = Record<string, string>;
type Path = readonly (readonly [number, number])[];

/** What the page drew: where, in its own pixels. */
interface Drawn {
  readonly lines: readonly string[];
  readonly bars: readonly { x: number; y: number; width: number; height: number }[];
  readonly ticks: readonly { text: string; y: number }[];
  readonly thresholds: readonly number[];
  readonly paper: string;
}
const DRAWN = `({
  lines: [...document.querySelectorAll('.stage .line')].map((line) => line.getAttribute('d')),
  bars: [...document.querySelectorAll('.stage .bar')].map(({ x, y, width, height }) =>
    ({ x: x.baseVal.value, y: y.baseVal.value, width: width.baseVal.value, height: height.baseVal.value })),
  ticks: [...document.querySelectorAll('.tick.value')].map((tick) => ({ text: tick.textContent, y: tick.y.baseVal[0].value - 4 })),
  thresholds: [...document.querySelectorAll('.threshold')].map((line) => line.y1.baseVal.value),
  paper: getComputedStyle(document.body).backgroundColor,
})`;
const MARKUP = `[...document.querySelectorAll('*')].filter((one) => /^(img|script|b|a|iframe)$/i.test(one.tagName) || [...one.attributes].some(({ name }) => name.startsWith('on'))).length`;

describe.skipIf(!HAS_CHROMIUM)('the chart page in a client', () => {
  let stack: Stack;
  let browser: Browser;
  let mcp: McpClient;
  let client: ChartClient;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack(), startChromium()]);
    mcp = await connectV2Modern(stack.endpoint, await stack.token('alice'));
    const tools: readonly { name: string; _meta?: { ui?: { resourceUri?: string } } }[] = await mcp.tools();
    const address = tools.find(({ name }) => name === 'get_metric_chart')?._meta?.ui?.resourceUri;
    client = await ChartClient.start(await mcp.read(address ?? ''));
  });
  afterAll(async () => {
    await client.close();
    await mcp.close();
    await Promise.all([browser.close(), stack.close()]);
  });

  /** Shows a result to a user; nothing may have left the browser when the user is done. */
  async function showing(
    result: object,
    use: (view: View) => Promise<void>,
    context: object = {},
    options: BrowserContextOptions = { viewport: { width: 760, height: 480 } },
  ): Promise<void> {
    const view = await client.open(browser, context, options);
    await view.ask('client.show({}, given)', result);
    await view.frame.locator('h1').waitFor();
    await use(view);
    expect(view.complaints).toEqual([]);
    await view.close();
  }

  async function call(tool: string, args: object): Promise<ToolResult> {
    const result = await mcp.call(tool, args);
    expect(result.isError, result.content[0]?.text).toBeFalsy();
    return result;
  }

  async function screenshot({ page }: View, name: string): Promise<void> {
    if (SCREENSHOTS === undefined) return;
    mkdirSync(SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true });
  }

  const drawn = ({ frame }: View): Promise<Drawn> => frame.evaluate<Drawn>(DRAWN);

  it('draws what an alarm watches, with its threshold, to scale', async () => {
    const result = await call('get_metric_chart', ALARM);
    const [told] = member<{ datapoints: number; maximum: number; minimum: number }>(result, 'series');
    await showing(result, async (view) => {
      const { lines, ticks, thresholds } = await drawn(view);
      const path = cornersOf(lines[0]);
      expect(lines).toHaveLength(1);
      expect(path.length).toBe(told?.datapoints);
      const heights = path.map(([, y]) => y);
      expect(Math.abs(Math.min(...heights) - heightOf(told?.maximum ?? 0, ticks))).toBeLessThan(1);
      expect(Math.abs(Math.max(...heights) - heightOf(told?.minimum ?? 0, ticks))).toBeLessThan(1);
      expect(thresholds).toEqual([expect.closeTo(heightOf(3_000, ticks), 0)]);
      expect(await view.frame.locator('.threshold-label').textContent()).toBe('Alarm threshold 3k');
      expect(await view.frame.locator('.moment-label').textContent()).toBe('deploy');
      expect(await view.frame.locator('h1').textContent()).toBe('payments-duration-p99');
      expect(await view.frame.locator('.caption').textContent()).toBe('Millisecondstimes in UTC');
      await screenshot(view, 'alarm');
    });
  });

  it('draws metric data, and has them as a table for those who see no image', async () => {
    const args = { ...PAYMENTS, metric_name: 'Invocations', statistic: 'Sum' };
    const result = await call('get_metric_data', args);
    const [series] = member<{ datapoints: { value: number }[] }>(result, 'metricDataResults');
    await showing(result, async ({ frame }) => {
      const image = frame.locator('.stage svg');
      expect(await image.getAttribute('role')).toBe('img');
      expect(await image.getAttribute('aria-label')).toMatch(/^Line chart: Invocations, from .*, UTC\. .*highest \d+/);
      await frame.locator('summary').focus();
      await frame.page().keyboard.press('Enter');
      await frame.locator('tbody tr').first().waitFor();
      const values = await frame.locator('tbody td').allTextContents();
      expect(values).toEqual(series?.datapoints.map(({ value }) => String(value)));
    });
  });

  it('draws the histogram of a query, one bar a row, and stacks its groups', async () => {
    const query_string = 'stats count(*) by bin(5m)';
    const result = await call('execute_log_insights_query', { ...QUERY, query_string });
    const rows = member<Row>(result, 'results');
    await showing(result, async (view) => {
      const { bars, ticks } = await drawn(view);
      expect(bars).toHaveLength(rows.length);
      const most = Math.max(...rows.map((row) => Number(row['count(*)'])));
      expect(Math.min(...bars.map(({ y }) => y))).toBeCloseTo(heightOf(most, ticks), 0);
      const total = rows.reduce((sum, row) => sum + Number(row['count(*)']), 0);
      expect(await view.frame.locator('.legend').textContent()).toBe(`count(*)${total.toLocaleString('en-US')} in all`);
      expect(await view.frame.locator('.zone').textContent()).toBe('each bar 5 min, times in UTC');
      await screenshot(view, 'histogram');
    });
    const byLevel = await call('execute_log_insights_query', { ...QUERY, query_string: `${query_string}, level` });
    const levels = new Set(member<Row>(byLevel, 'results').map((row) => row['level']));
    await showing(byLevel, async (view) => {
      const names = await view.frame.locator('.legend .label').allTextContents();
      expect(new Set(names)).toEqual(levels);
      await screenshot(view, 'levels');
    });
  });

  it('counts the events of a query that counts none', async () => {
    const result = await call('execute_log_insights_query', { ...QUERY, query_string: 'fields @message | limit 40' });
    const events = { ...QUERY, query_string: 'fields @timestamp, @message | limit 40' };
    await showing(result, async ({ frame }) => {
      expect(await frame.locator('.notes').textContent()).toContain('no time in these rows');
    });
    await showing(await call('execute_log_insights_query', events), async (view) => {
      expect(await view.frame.locator('.legend').textContent()).toBe('Log events40 in all');
      expect(await view.frame.locator('.notes').textContent()).toMatch(/^Only the 40 events .* of \d+ that match\.$/);
      await screenshot(view, 'events');
    });
  });

  it('is as dark or light as the client, in its colours, and changes with it', async () => {
    const variables = { '--color-background-primary': 'light-dark(rgb(250, 250, 240), rgb(20, 20, 40))' };
    const context = { theme: 'dark', styles: { variables }, timeZone: 'Asia/Kolkata' };
    await showing(
      await call('get_metric_chart', ALARM),
      async (view) => {
        expect((await drawn(view)).paper).toBe('rgb(20, 20, 40)');
        expect(await view.frame.locator('.zone').textContent()).toBe('times in Asia/Kolkata');
        await screenshot(view, 'dark');
        await view.ask('client.change(given)', { ...context, theme: 'light' });
        await view.frame.locator('[data-theme=light] .stage').waitFor();
        expect((await drawn(view)).paper).toBe('rgb(250, 250, 240)');
      },
      context,
    );
  });

  it('shows names that look like markup as the texts they are', async () => {
    const metrics = [{ ...PAYMENTS, metric_name: 'Errors', label: HOSTILE }];
    const lines = [{ label: HOSTILE.slice(0, 50), value: 3 }];
    const result = await call('get_metric_chart', { metrics, title: HOSTILE, lines });
    await showing(result, async ({ frame }) => {
      expect(await frame.locator('h1').textContent()).toBe(HOSTILE);
      expect(await frame.locator('.legend .label').textContent()).toBe(HOSTILE);
      await frame.locator('summary').click();
      expect(await frame.locator('thead th').last().textContent()).toBe(HOSTILE);
      // The page's own script.
      expect(await frame.evaluate<number>(MARKUP)).toBe(1);
    });
    const rows = [{ 'bin(5m)': '2026-11-20 12:00:00.000', level: HOSTILE, 'count(*)': '3' }];
    await showing({ content: [], structuredContent: { results: rows, message: HOSTILE } }, async ({ frame }) => {
      expect(await frame.locator('.legend .label').textContent()).toBe(HOSTILE);
      expect(await frame.locator('.notes').textContent()).toBe(HOSTILE);
      expect(await frame.evaluate<number>(MARKUP)).toBe(1);
    });
  });

  it('could not make markup of a text if it wanted to', async () => {
    const view = await client.open(browser, {});
    const attempt = `(() => { try { document.body.innerHTML = '<b>x</b>'; return 'made'; } catch (error) { return error.name; } })()`;
    expect(await view.frame.evaluate(attempt)).toBe('TypeError');
    await view.close();
  });

  it('says in words that there is nothing to draw, or that the call failed or was ended', async () => {
    const nothing = { ...PAYMENTS, metric_name: 'NoSuchMetric' };
    await showing(await call('get_metric_chart', { metrics: [nothing] }), async ({ frame }) => {
      expect(await frame.locator('.notes').textContent()).toContain('There are no data to draw.');
    });
    const failed = await mcp.call('get_metric_chart', { alarm_name: 'no-such-alarm' });
    await showing(failed, async ({ frame }) => {
      expect(await frame.locator('h1').textContent()).toBe('The call failed');
      expect(await frame.locator('.notes').textContent()).toContain('no metric alarm of that name');
    });
    const view = await client.open(browser, {});
    expect(await view.frame.locator('main').getAttribute('aria-busy')).toBe('true');
    await view.ask('client.cancel(given)', 'The user stopped it.');
    await view.frame.locator('.notes').waitFor();
    expect(await view.frame.locator('.notes').textContent()).toContain('The user stopped it.');
    await view.close();
  });

  it('is as wide as its frame, as high as it needs to be, and fills a height that is fixed', async () => {
    const result = await call('get_metric_chart', ALARM);
    const widths = `document.querySelector('.stage svg').getBoundingClientRect().width - document.querySelector('main').clientWidth`;
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    const height = `Math.ceil(document.querySelector('body').getBoundingClientRect().height)`;
    await showing(result, async (view) => {
      for (const width of [760, 360, 1_200]) {
        await view.page.setViewportSize({ width, height: 700 });
        await view.page.waitForFunction(
          `Math.abs(document.querySelector('iframe').clientWidth - ${width}) < 1 && client.heights.length > 0`,
        );
        await expect.poll(() => view.frame.evaluate<number>(widths)).toBe(0);
        await expect.poll(() => view.frame.evaluate<number>(overflow)).toBe(0);
        const missing = async (): Promise<number> =>
          (await view.frame.evaluate<number>(height)) - (await view.ask<number>('client.heights.at(-1)'));
        await expect.poll(missing).toBe(0);
        await screenshot(view, `width-${width}`);
      }
    });
    await showing(
      result,
      async ({ frame }) => {
        await expect.poll(() => frame.evaluate<number>(height)).toBeGreaterThan(420);
        expect(await frame.evaluate<number>(height)).toBeLessThanOrEqual(500);
      },
      { containerDimensions: { height: 500, width: 700 } },
    );
  });

  it('tells the values of a moment to the pointer, the keyboard and a screen reader', async () => {
    await showing(await call('get_metric_chart', ALARM), async (view) => {
      const { frame, page } = view;
      const when = frame.locator('.when');
      await frame.locator('.stage').focus();
      await page.keyboard.press('End');
      const last = await when.textContent();
      expect(last).toMatch(/^\d+ \w{3} \d{4} \d\d:\d\d: Duration /);
      await page.keyboard.press('ArrowLeft');
      expect(await when.textContent()).not.toBe(last);
      expect(await when.getAttribute('aria-live')).toBe('polite');
      expect(await when.textContent()).toMatch(/^\d+ \w{3} \d{4} \d\d:\d\d: Duration [\d,.]+$/);
      await page.keyboard.press('Escape');
      expect(await when.textContent()).toContain('arrow keys');
      await frame.locator('.stage').hover({ position: { x: 300, y: 100 } });
      expect(await when.textContent()).toMatch(/^\d+ \w{3} \d{4} \d\d:\d\d: Duration /);
      expect(await frame.locator('.cursor').count()).toBe(1);
      await screenshot(view, 'cursor');
    });
  });

  it('introduces itself, and lets itself be closed', async () => {
    const view = await client.open(browser, {});
    expect(await view.ask('client.introduced()')).toMatchObject({
      app: { name: 'cloudwatch-mcp-server-chart' },
      capabilities: { availableDisplayModes: ['inline', 'fullscreen'] },
    });
    expect(await view.ask('client.teardown()')).toEqual({});
    await view.close();
  });
});

function member<T>({ structuredContent = {} }: ToolResult, name: string): readonly T[] {
  return structuredContent[name] as T[];
}

function cornersOf(path = ''): Path {
  return path
    .split(/[ML]/)
    .filter((corner) => corner !== '')
    .map((corner) => corner.split(' ').map(Number) as [number, number]);
}

/** Where a value lies by the marks of the axis. */
function heightOf(value: number, ticks: Drawn['ticks']): number {
  const marks = ticks.map(({ text, y }) => ({
    y,
    value: Number(text.replace('k', '')) * (text.endsWith('k') ? 1_000 : 1),
  }));
  const [first, last] = [marks[0], marks.at(-1)];
  if (first === undefined || last === undefined) throw new Error('The axis has no marks');
  return first.y + ((value - first.value) / (last.value - first.value)) * (last.y - first.y);
}
