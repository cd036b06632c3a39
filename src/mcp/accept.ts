/** How a client wants its answer: a stream (SSE) or one JSON body. */
export type AnswerForm = 'stream' | 'json';

/**
 * Reads `Accept`. Clients of the protocol name both forms and get a stream where one helps; scripts and curl send
 * none, `*\/*` or JSON alone and get plain JSON. Undefined: neither form is acceptable (406).
 */
export function acceptedForm(accept: string | undefined): AnswerForm | undefined {
  if (accept === undefined || accept.trim() === '') return 'json';
  const types = accept
    .toLowerCase()
    .split(',')
    .map((entry) => (entry.split(';')[0] ?? '').trim());
  if (types.includes('text/event-stream')) return 'stream';
  return types.some((type) => type === '*/*' || type === 'application/*' || type === 'application/json')
    ? 'json'
    : undefined;
}
