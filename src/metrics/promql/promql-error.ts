import { ServiceError } from '../../errors.js';

/** What the Prometheus API calls its errors, in our words. */
const ERROR_TYPES: Readonly<Record<string, string>> = {
  bad_data:
    'CloudWatch cannot read it; check the PromQL syntax. A selector must name a metric, e.g. {"http.requests"}.',
  execution: 'it cannot be evaluated or exceeds a limit; narrow the selectors or the time range.',
  timeout: 'it took longer than CloudWatch allows; narrow the selectors or the time range.',
  canceled: 'it was cancelled; call again.',
  not_found: 'CloudWatch found nothing by that name.',
  not_acceptable: 'CloudWatch does not accept it.',
};

/**
 * What a refused expression is answered with: the kind of error the Prometheus API names, in words of our own; any other
 * failure as it is.
 */
export function promqlError(error: unknown, field: string): unknown {
  if (!(error instanceof ServiceError) || error.code !== 'aws_rejected') return error;
  const type = error.cause instanceof Error ? error.cause.name : '';
  const advice = Object.hasOwn(ERROR_TYPES, type) ? ERROR_TYPES[type] : undefined;
  if (advice === undefined) return error;
  return new ServiceError('aws_rejected', `${field}: ${advice} (${type})`, { cause: error, detail: error.detail });
}
