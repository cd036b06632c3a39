import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { type AccountReach, checkAccounts } from '../cloudwatch/arn.js';

/**
 * SECURITY: every account that a query names, in `AccountId` or in an expression that selects by account
 * (`AWS.AccountId` in Metrics Insights, `:aws.AccountId` in SEARCH), is one the caller may name.
 * @throws ServiceError `target_not_allowed` naming the query
 */
export function checkMetricAccounts(queries: readonly MetricDataQuery[], reach: AccountReach): void {
  queries.forEach(({ AccountId: account, Expression: expression = '' }, index) => {
    if (account !== undefined) checkAccounts(`queries.${index}.account_id`, [account], reach);
    if (!/AccountId/i.test(expression)) return;
    checkAccounts(`queries.${index}.expression`, expression.match(/(?<!\d)\d{12}(?!\d)/g) ?? [], reach);
  });
}
