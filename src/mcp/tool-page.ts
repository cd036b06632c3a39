import type { ToolDefinition } from './tool.js';

/** The address of a page. */
export function pageUri(page: NonNullable<ToolDefinition['page']>): string {
  return `ui://cloudwatch-mcp-server/${page}`;
}

/** What `tools/list` says of the page that draws a tool's answers; nothing for a tool without one. */
export function pageMeta({ page }: Pick<ToolDefinition, 'page'>): { readonly _meta?: object } {
  return page === undefined ? {} : { _meta: { ui: { resourceUri: pageUri(page) } } };
}
