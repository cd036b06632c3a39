import type {
  GetDashboardInput,
  GetDashboardOutput,
  ListDashboardsInput,
  ListDashboardsOutput,
} from '@aws-sdk/client-cloudwatch';
import { AwsFault, type OperationContext } from '../operation.js';
import { LOGISTICS_ACCOUNT, SHOP_ACCOUNT } from '../scenario-accounts.js';
import { pageOf } from './next-token.js';

const PAGE_SIZE = 1_000;

interface Dashboard {
  readonly name: string;
  readonly body: object;
}

/** The dashboards of each account. */
const DASHBOARDS: Readonly<Record<string, readonly Dashboard[]>> = {
  [SHOP_ACCOUNT]: [
    {
      name: 'shop-overview',
      body: {
        start: '-PT3H',
        widgets: [
          { type: 'text', width: 24, height: 2, properties: { markdown: '# Shop\nOrders and payments at a glance.' } },
          {
            type: 'metric',
            properties: {
              title: 'Payments',
              region: 'us-east-1',
              stat: 'Sum',
              period: 300,
              metrics: [
                ['AWS/Lambda', 'Errors', 'FunctionName', 'payments', { id: 'm1' }],
                ['.', 'Invocations', '.', '.', { id: 'm2' }],
                [{ expression: '100 * m1 / m2', label: 'Error rate', id: 'e1' }],
              ],
            },
          },
          {
            type: 'log',
            properties: {
              title: 'Checkout errors',
              region: 'us-east-1',
              query: "SOURCE '/shop/checkout' | filter @message like /ERROR/ | limit 20",
            },
          },
          {
            type: 'alarm',
            properties: {
              title: 'Alarms',
              alarms: [`arn:aws:cloudwatch:us-east-1:${SHOP_ACCOUNT}:alarm:payments-duration-p99`],
            },
          },
        ],
      },
    },
    { name: 'shop-costs', body: { widgets: [] } },
  ],
  [LOGISTICS_ACCOUNT]: [
    {
      name: 'dispatch',
      body: {
        widgets: [{ type: 'metric', properties: { title: 'Queue', metrics: [['Logistics/Dispatch', 'QueueDepth']] } }],
      },
    },
  ],
};

/** ListDashboards: by name. */
export function listDashboards(input: ListDashboardsInput, context: OperationContext): ListDashboardsOutput {
  const found = dashboardsOf(context.accountId).filter(({ name }) => name.startsWith(input.DashboardNamePrefix ?? ''));
  const page = pageOf('ListDashboards', input, found, PAGE_SIZE);
  return {
    DashboardEntries: page.items.map(({ name, body }) => ({
      DashboardName: name,
      DashboardArn: dashboardArn(context.accountId, name),
      LastModified: new Date(Date.UTC(2026, 9, 1)),
      Size: JSON.stringify(body).length,
    })),
    NextToken: page.NextToken,
  };
}

/** GetDashboard. @throws AwsFault for one that the account does not have */
export function getDashboard(
  { DashboardName: name = '' }: GetDashboardInput,
  context: OperationContext,
): GetDashboardOutput {
  const found = dashboardsOf(context.accountId).find((dashboard) => dashboard.name === name);
  if (found === undefined) throw new AwsFault('ResourceNotFound', `Dashboard ${name} does not exist`, 404);
  return {
    DashboardName: name,
    DashboardArn: dashboardArn(context.accountId, name),
    DashboardBody: JSON.stringify(found.body),
  };
}

/** Dashboards belong to an account, not to a region. */
export function dashboardArn(accountId: string, name: string): string {
  return `arn:aws:cloudwatch::${accountId}:dashboard/${name}`;
}

function dashboardsOf(accountId: string): readonly Dashboard[] {
  return [...(DASHBOARDS[accountId] ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
}
