import { type AccountReach, checkAccounts, parseArn } from '../../cloudwatch/arn.js';

const ESCAPE = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([0-7]{3}))/gi;

/**
 * SECURITY: every account that an expression names, in a label for accounts (`@aws.account`,
 * `@resource.cloud.account.id`) or in an ARN, is one the caller may name. Characters written as escapes count as well.
 * @throws ServiceError `target_not_allowed` naming the field
 */
export function checkPromqlAccounts(field: string, expressions: readonly string[], reach: AccountReach): void {
  for (const expression of expressions) {
    const text = unescaped(expression);
    const named = /account/i.test(text) ? (text.match(/(?<!\d)\d{12}(?!\d)/g) ?? []) : [];
    const owners = (text.match(/arn:aws[^\s"'`|()\\]*/g) ?? []).flatMap((arn) => parseArn(arn)?.account || []);
    checkAccounts(field, [...named, ...owners], reach);
  }
}

function unescaped(text: string): string {
  return text.replace(ESCAPE, (whole, x?: string, u?: string, long?: string, octal?: string) => {
    const code = octal === undefined ? parseInt(x ?? u ?? long ?? '', 16) : parseInt(octal, 8);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
