import type { CallToolResult } from '@modelcontextprotocol/server';
import { ServiceError } from '../errors.js';
import type { ToolImage } from './tool.js';

/** The most a single answer may hold, in bytes of JSON. */
export const RESULT_LIMIT_BYTES = 1_000_000;

/**
 * A tool's output as an MCP result: structured, and as text for clients that read only that.
 * @throws ServiceError when it exceeds the limit; tools bound their results well below it
 */
export function toolResult(
  output: Readonly<Record<string, unknown>>,
  images: readonly ToolImage[] = [],
): CallToolResult {
  const text = JSON.stringify(output);
  if (Buffer.byteLength(text) > RESULT_LIMIT_BYTES) {
    throw new ServiceError(
      'result_too_large',
      'The result is larger than 1 MB. Ask for less: a shorter time range, a lower limit or a narrower filter.',
    );
  }
  return { content: [{ type: 'text', text }, ...images.map(toImageContent)], structuredContent: { ...output } };
}

/** An image as MCP content. */
export function toImageContent({ mimeType, bytes }: ToolImage): { type: 'image'; mimeType: string; data: string } {
  return { type: 'image', mimeType, data: Buffer.from(bytes).toString('base64') };
}
