import type { FieldIndexing } from '../field-indexing.js';

type Named = Omit<FieldIndexing, 'changedAt'>;

const SHOP: Named = {
  accountPolicies: [
    { policyName: 'lambda', prefix: '/aws/lambda/', fields: ['coldStart'] },
    { policyName: 'sessions', prefix: '/sessions/', fields: ['sessionId'] },
    { policyName: 'shop', prefix: '/shop/', fields: ['status', 'requestId'] },
  ],
  // The group's own policy replaces the one of the account.
  groupPolicies: { '/shop/payments': ['requestId'] },
  automatic: { '/shop/checkout': ['level'] },
};

const NONE: Named = { accountPolicies: [], groupPolicies: {}, automatic: {} };

/** What the sample accounts index. */
export function indexingOf(accountName: string, changedAt: number): FieldIndexing {
  return { ...(accountName === 'shop' ? SHOP : NONE), changedAt };
}
