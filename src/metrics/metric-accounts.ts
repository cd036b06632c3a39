import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { type AccountReach, checkAccounts } from '../cloudwatch/arn.js';

/** The arguments a query was made from. */
export interface QueryFields {
  readonly account: string;
  readonly expression: string;
}

const fieldsOfQuery = (index: number): QueryFields => ({
  account: `queries.${index}.account_id`,
  expression: `queries.${index}.expression`,
});

/**
 * SECURITY: every account that a query names, in `AccountId` or in an expression that selects by account
 * (`AWS.AccountId` in Metrics Insights, `:aws.AccountId` in SEARCH), is one the caller may name.
 * @throws ServiceError `target_not_allowed` naming the query
 */
export function checkMetricAccounts(
  queries: readonly MetricDataQuery[],
  reach: AccountReach,
  fieldOf: (index: number) => QueryFields = fieldsOfQuery,
): void {
  queries.forEach(({ AccountId: account, Expression: expression = '' }, index) => {
    const fields = fieldOf(index);
    if (account !== undefined) checkAccounts(fields.account, [account], reach);
    if (!/AccountId/i.test(expression)) return;
    checkAccounts(fields.expression, expression.match(/(?<!\d)\d{12}(?!\d)/g) ?? [], reach);
  });
}
