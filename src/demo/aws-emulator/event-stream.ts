import { crc32 } from 'node:zlib';
import { AwsFault } from './operation.js';

const PRELUDE_BYTES = 8;
const CRC_BYTES = 4;
const STRING_HEADER = 7;

/**
 * Events of a streaming answer as `application/vnd.amazon.eventstream` messages: first the initial response of a JSON
 * protocol, then each event under the name of its one member. An AwsFault thrown by the source ends it as an exception.
 */
export async function* encodeEventStream(events: AsyncIterable<object>): AsyncGenerator<Buffer> {
  yield message({ ':message-type': 'event', ':event-type': 'initial-response' }, {});
  try {
    for await (const event of events) {
      const [[name, payload] = ['', {}]] = Object.entries(event);
      yield message({ ':message-type': 'event', ':event-type': name }, payload);
    }
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    yield message({ ':message-type': 'exception', ':exception-type': error.code }, { message: error.message });
  }
}

/** Prelude (total and header length, their CRC), headers, payload, CRC of all before it; numbers are big-endian. */
function message(headers: Readonly<Record<string, string>>, payload: object): Buffer {
  const head = Buffer.concat(Object.entries({ ...headers, ':content-type': 'application/json' }).map(header));
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(PRELUDE_BYTES);
  prelude.writeUInt32BE(PRELUDE_BYTES + CRC_BYTES + head.length + body.length + CRC_BYTES, 0);
  prelude.writeUInt32BE(head.length, 4);
  const unsigned = Buffer.concat([prelude, checksum(prelude), head, body]);
  return Buffer.concat([unsigned, checksum(unsigned)]);
}

function header([name, value]: readonly [string, string]): Buffer {
  const text = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([STRING_HEADER]), length, text]);
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(CRC_BYTES);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}
