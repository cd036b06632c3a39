import type { CallToolResult } from '@modelcontextprotocol/server';
import { CHART_DATA_KEY, type ChartData } from '../chart-page/chart-data.js';
import { ServiceError } from '../errors.js';
import { markedData } from './marked-data.js';
import type { ToolImage } from './tool.js';

/** Of what the result of a tool is made. */
export interface ToolAnswerParts {
  readonly output: Readonly<Record<string, unknown>>;
  readonly images: readonly ToolImage[];
  readonly chart?: ChartData;
}

/** The most a single answer may hold, in bytes of JSON. */
export const RESULT_LIMIT_BYTES = 1_000_000;

/**
 * A tool's output as an MCP result: structured, and as text for clients that read only that, complete and marked as data;
 * what only a page draws is beside it, in `_meta`.
 * @param boundary makes the marks' boundary, as `markedData` asks for it
 * @throws ServiceError when it exceeds the limit; tools bound their results well below it
 */
export function toolResult({ output, images, chart }: ToolAnswerParts, boundary: () => string): CallToolResult {
  const text = withinLimit(JSON.stringify(output));
  return {
    content: [{ type: 'text', text: markedData(text, boundary) }, ...images.map(toImageContent)],
    structuredContent: { ...output },
    ...(chart && { _meta: { [CHART_DATA_KEY]: chart } }),
  };
}

/** The JSON of an answer. @throws ServiceError `result_too_large` when it exceeds the limit */
export function withinLimit(text: string): string {
  if (Buffer.byteLength(text) <= RESULT_LIMIT_BYTES) return text;
  throw new ServiceError(
    'result_too_large',
    'The result is larger than 1 MB. Ask for less: a shorter time range, a lower limit or a narrower filter.',
  );
}

/** An image as MCP content. */
export function toImageContent({ mimeType, bytes }: ToolImage): { type: 'image'; mimeType: string; data: string } {
  return { type: 'image', mimeType, data: Buffer.from(bytes).toString('base64') };
}
