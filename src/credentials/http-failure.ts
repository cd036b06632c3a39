/** An HTTP answer that is no success. */
export interface FailedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const RATE = /throttl|rate exceeded|too many requests|requests per second|\bTPS\b/i;
const WORDS_LENGTH = 500;

/**
 * A failure of AWS's HTTP interface in the form the SDK's errors have, so that it is classified as they are: the name AWS
 * gives it (`x-amzn-errortype`, `__type`, `code`, XML `Code`, or the `errorType` of the Prometheus API), its status, its
 * request id. Its message is AWS's own words, for the operator's log only.
 */
export class HttpFailure extends Error {
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId?: string };

  constructor({ status, headers, body }: FailedAnswer) {
    const members = jsonMembers(body);
    const words = [members['error'], members['message'], members['Message'], body].find(isText) ?? '';
    super(words.slice(0, WORDS_LENGTH));
    this.name = failureName(status, [
      headers['x-amzn-errortype']?.split(':')[0],
      members['__type'],
      members['code'],
      members['Code'],
      /<Code>([^<]{1,64})<\/Code>/.exec(body)?.[1],
      members['errorType'],
    ]);
    // PromQL answers 422 for a rate as for any other limit; only its words tell them apart.
    if (status === 422 && RATE.test(words)) this.name = 'ThrottlingException';
    this.$metadata = { httpStatusCode: status, requestId: headers['x-amzn-requestid'] };
  }
}

function failureName(status: number, candidates: readonly unknown[]): string {
  const names = candidates.filter(isText).map((name) => name.slice(name.lastIndexOf('#') + 1));
  return names.find((name) => NAME.test(name)) ?? (status === 403 ? 'AccessDenied' : 'HttpFailure');
}

function jsonMembers(body: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
