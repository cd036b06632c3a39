import { type LoggedLine, type LoggedRequest, LONGEST_MS } from './request-log.js';

export interface LambdaShape {
  readonly memoryMb: number;
  readonly version: string;
}

/** What Lambda itself writes around a function's own lines: START, END and REPORT, tab-separated as Lambda has them. */
export function lambdaLines(
  request: LoggedRequest,
  { memoryMb, version }: LambdaShape,
  own: readonly LoggedLine[],
): LoggedLine[] {
  const { requestId, latencyMs } = request;
  const used = request.number('memory', Math.floor(memoryMb * 0.45), Math.floor(memoryMb * 0.7));
  const coldStart =
    request.number('cold', 1, 80) === 1 ? `\tInit Duration: ${request.number('init', 210, 640)}.12 ms` : '';
  const report = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${latencyMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(latencyMs)} ms`,
    `Memory Size: ${memoryMb} MB`,
    `Max Memory Used: ${used} MB${coldStart}`,
  ].join('\t');
  return [
    {
      message: `START RequestId: ${requestId} Version: ${version}`,
      afterMs: -Math.min(LONGEST_MS, Math.ceil(latencyMs)),
    },
    ...own,
    { message: `END RequestId: ${requestId}`, afterMs: 1 },
    { message: report, afterMs: 1 },
  ];
}
