/** Two people, and what each has in an account of their own. */
export interface Person {
  readonly name: 'alice' | 'bob';
  readonly account: string;
  readonly group: string;
  readonly alarm: string;
  readonly composite: string;
  readonly dashboard: string;
  readonly metric: { readonly namespace: string; readonly metric_name: string };
}

/** Alice sees the shop's account only, Bob the logistics company's. */
export const PEOPLE: readonly Person[] = [
  {
    name: 'alice',
    account: '111111111111',
    group: '/shop/checkout',
    alarm: 'payments-duration-p99',
    composite: 'shop-payments-degraded',
    dashboard: 'shop-overview',
    metric: { namespace: 'Shop/Checkout', metric_name: 'OrdersPlaced' },
  },
  {
    name: 'bob',
    account: '222222222222',
    group: '/logistics/labels',
    alarm: 'routing-memory-high',
    composite: 'parcel-flow-at-risk',
    dashboard: 'dispatch',
    metric: { namespace: 'Logistics/Dispatch', metric_name: 'QueueDepth' },
  },
];
