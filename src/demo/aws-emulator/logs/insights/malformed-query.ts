import { AwsFault } from '../../operation.js';

/** A query AWS would not start. The message points at the line and the position (from 1) of the first bad symbol. */
export class MalformedQuery extends AwsFault {
  /** `start` and `end` count characters of the query from 0, as `queryCompileError` has them. */
  constructor(source: string, start: number, end: number, problem: string) {
    const before = source.slice(0, start).split('\n');
    const position = (before.at(-1)?.length ?? 0) + 1;
    const message = `${problem} at line ${before.length} and position ${position}`;
    const location = { startCharOffset: start, endCharOffset: end };
    super('MalformedQueryException', message, 400, { queryCompileError: { location, message } });
  }
}
