import { AwsFault } from './operation.js';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/**
 * An awsQuery form as the input object of its operation: `Tags.member.1.Key` becomes `Tags[0].Key`.
 * Values stay text, but for `DurationSeconds`.
 */
export function decodeQueryForm(form: URLSearchParams): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [name, value] of form) {
    if (name === 'Action' || name === 'Version') continue;
    const [member = '', keyword, index, field] = name.split('.');
    if (keyword === undefined) {
      input[member] = member === 'DurationSeconds' ? wholeNumber(member, value) : value;
      continue;
    }
    const position = Number(index) - 1;
    if (keyword !== 'member' || !Number.isInteger(position) || position < 0 || position > 100) continue;
    const items = (input[member] ??= []) as unknown[];
    if (field === undefined) items[position] = value;
    else items[position] = { ...(items[position] as object | undefined), [field]: value };
  }
  return input;
}

/** The awsQuery answer of an operation. */
export function encodeQueryResult(operation: string, output: object, requestId: string): string {
  const result = element(`${operation}Result`, output);
  const metadata = element('ResponseMetadata', { RequestId: requestId });
  return `<${operation}Response xmlns="${NAMESPACE}">${result}${metadata}</${operation}Response>`;
}

/** The awsQuery answer of a failed operation. */
export function encodeQueryError(fault: AwsFault, requestId: string): string {
  const error = { Type: fault.status < 500 ? 'Sender' : 'Receiver', Code: fault.code, Message: fault.message };
  return `<ErrorResponse xmlns="${NAMESPACE}">${element('Error', error)}${element('RequestId', requestId)}</ErrorResponse>`;
}

function element(name: string, value: unknown): string {
  if (value === undefined) return '';
  return `<${name}>${content(value)}</${name}>`;
}

function content(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, member]) => element(name, member))
      .join('');
  }
  return String(value).replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function wholeNumber(member: string, value: string): number {
  if (/^-?\d{1,9}$/.test(value)) return Number(value);
  throw new AwsFault('MalformedInput', `${member} must be a whole number`);
}
