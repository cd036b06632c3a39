const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * The order of `sort ... asc` (CloudWatch Logs, command `sort`): texts before numbers; within texts, runs of digits
 * compare by length, then by value, and everything else by code unit.
 */
export function naturalOrder(left: string, right: string): number {
  const leftNumber = NUMBER.test(left);
  if (leftNumber !== NUMBER.test(right)) return leftNumber ? 1 : -1;
  return (leftNumber ? Number(left) - Number(right) : 0) || textOrder(left, right);
}

function textOrder(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  // The first difference may lie in the middle of a run of digits.
  let from = at;
  while (from > 0 && isDigit(left, from - 1)) from -= 1;
  const leftDigits = digitsFrom(left, from);
  const rightDigits = digitsFrom(right, from);
  if (leftDigits > 0 && rightDigits > 0 && leftDigits !== rightDigits) return leftDigits - rightDigits;
  return (left.charCodeAt(at) || 0) - (right.charCodeAt(at) || 0);
}

function digitsFrom(text: string, from: number): number {
  let at = from;
  while (isDigit(text, at)) at += 1;
  return at - from;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}
