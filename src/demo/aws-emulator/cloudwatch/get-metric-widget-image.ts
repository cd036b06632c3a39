import type { GetMetricWidgetImageInput, GetMetricWidgetImageOutput } from '@aws-sdk/client-cloudwatch';
import { crc32, deflateSync } from 'node:zlib';
import { invalid, missing } from './validation.js';

const MOST_METRICS = 500;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const BACKGROUND = 0xff;
const LINE = 0x60;

interface Widget {
  readonly metrics?: unknown;
  readonly width?: unknown;
  readonly height?: unknown;
}

/** GetMetricWidgetImage: a real PNG of the size asked for, with one line for each metric instead of its data. */
export function getMetricWidgetImage({ MetricWidget: text }: GetMetricWidgetImageInput): GetMetricWidgetImageOutput {
  if (text === undefined) throw missing('MetricWidget');
  const { metrics, width = 600, height = 400 } = parse(text);
  if (!Array.isArray(metrics) || metrics.length === 0) throw invalid('MetricWidget: metrics is required.');
  if (metrics.length > MOST_METRICS) throw invalid(`MetricWidget: at most ${MOST_METRICS} metrics.`);
  return { MetricWidgetImage: png(size('width', width), size('height', height), metrics.length) };
}

function parse(text: string): Widget {
  try {
    return JSON.parse(text) as Widget;
  } catch {
    throw invalid('MetricWidget is not valid JSON.');
  }
}

function size(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 2_000) return value;
  throw invalid(`MetricWidget: ${name} must be from 1 to 2000.`);
}

/** Eight-bit grey, one filter byte before each row (PNG specification). */
function png(width: number, height: number, lines: number): Uint8Array {
  const rows = Array.from({ length: height }, (_, row) => {
    const isLine = row % Math.ceil(height / (lines + 1)) === 0 && row > 0;
    return Buffer.concat([Buffer.from([0]), Buffer.alloc(width, isLine ? LINE : BACKGROUND)]);
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(content), 4);
  return Buffer.concat([frame.subarray(0, 4), content, frame.subarray(4)]);
}
