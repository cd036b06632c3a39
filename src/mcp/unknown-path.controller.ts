import { All, Controller, UseGuards } from '@nestjs/common';
import { McpAuthGuard } from '../auth/mcp-auth.guard.js';
import { HttpRefusal } from '../errors.js';

/** Every path nobody serves: strangers learn nothing (401), callers learn where the endpoint is (404). */
@Controller()
@UseGuards(McpAuthGuard)
export class UnknownPathController {
  @All('{*path}')
  refuse(): never {
    throw new HttpRefusal(404, 'not_found', 'Nothing is served here. The MCP endpoint is /mcp.');
  }
}
