import { randomBytes } from 'node:crypto';
import type { CallToolResult } from '@modelcontextprotocol/server';
import type { ToolOutcome } from './tool-dispatcher.service.js';
import { toolErrorResult, toServiceError } from './tool-error.js';
import { toolResult } from './tool-result.js';

/** How a tool ended, as the protocol answers it; what is too large to be answered is an error, too. */
export function toolAnswer(outcome: ToolOutcome, requestId: string): CallToolResult {
  if (!outcome.ok) return toolErrorResult(outcome.error, requestId);
  try {
    return toolResult(outcome, newBoundary);
  } catch (error) {
    return toolErrorResult(toServiceError(error, requestId), requestId);
  }
}

/** 72 random bits. */
function newBoundary(): string {
  return randomBytes(9).toString('base64url');
}
