import { Injectable } from '@nestjs/common';
import type { ReadResourceResult, ServerCapabilities } from '@modelcontextprotocol/server';
import { CHART_PAGE } from '../chart-page/chart-page.js';
import { ToolRegistryService } from './tool-registry.service.js';
import { pageUri } from './tool-page.js';

/** The MCP Apps extension, revision 2026-01-26. */
const EXTENSION = 'io.modelcontextprotocol/ui';
const MIME_TYPE = 'text/html;profile=mcp-app';

/** A page changes only with a release, and is the same for everybody. */
const CACHING = { ttlMs: 3_600_000, cacheScope: 'public' };

/** SECURITY: the page needs nobody else's host, so the client that shows it can keep it from all of them. */
const NO_ORIGINS = { connectDomains: [], resourceDomains: [], frameDomains: [], baseUriDomains: [] };

/** The pages that draw the answers of tools, for clients that can show them (MCP Apps). */
@Injectable()
export class ToolPagesService {
  constructor(private readonly registry: ToolRegistryService) {}

  /** What a server with such tools declares. */
  capabilities(): ServerCapabilities {
    if (!this.offered()) return {};
    return { resources: { listChanged: false }, extensions: { [EXTENSION]: {} } };
  }

  /**
   * The page at this address, undefined for any other. It holds no data and may be read by whoever the endpoint lets in;
   * it is in no list, since only its tools lead to it.
   */
  read(uri: string): ReadResourceResult | undefined {
    if (uri !== pageUri('chart') || !this.offered()) return undefined;
    const _meta = { ui: { csp: NO_ORIGINS, prefersBorder: true } };
    return { contents: [{ uri, mimeType: MIME_TYPE, text: CHART_PAGE, _meta }], ...CACHING };
  }

  private offered(): boolean {
    return this.registry.all().some(({ definition }) => definition.page !== undefined);
  }
}
