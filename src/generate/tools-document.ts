import { familyOf, type Toolset } from '../config/tools-config.js';
import type { ToolDefinition } from '../mcp/tool.js';
import type { JsonSchema } from '../mcp/json-schema.js';
import { toolSchemas } from '../mcp/tool-schema.js';

const CHAPTERS: readonly (readonly [Toolset, string])[] = [
  ['logs', 'Logs'],
  ['metrics', 'Metrics'],
  ['alarms', 'Alarms'],
  ['accounts', 'Accounts'],
  ['promql', 'PromQL'],
  ['log-indexes', 'Log indexes'],
];

const DEFAULT_TOOLSETS: ReadonlySet<Toolset> = new Set(['logs', 'metrics', 'alarms', 'accounts']);

/** The reference of all tools, in markdown: what each is for, takes, answers and needs of IAM. */
export function toolsDocument(tools: readonly ToolDefinition[]): string {
  return [
    '# Tools',
    'Written from the code by `npm run generate`. Every call runs with the rights of its caller: the IAM actions named here are what the role of that caller needs.',
    `${tools.length} tools. \`TOOLSETS\` chooses which are offered: ${listOf(toolsetsByDefault(true))} unless set, ${listOf(toolsetsByDefault(false))} on demand. \`TOOL_SCOPES\` asks a scope by family.`,
    ...CHAPTERS.flatMap(([toolset, title]) => chapter(toolset, title, tools)),
  ].join('\n\n');
}

function toolsetsByDefault(byDefault: boolean): readonly Toolset[] {
  return CHAPTERS.map(([toolset]) => toolset).filter((toolset) => DEFAULT_TOOLSETS.has(toolset) === byDefault);
}

function chapter(toolset: Toolset, title: string, all: readonly ToolDefinition[]): readonly string[] {
  const tools = all.filter((tool) => tool.toolset === toolset);
  if (tools.length === 0) return [];
  const note = DEFAULT_TOOLSETS.has(toolset) ? '' : ` Offered with \`TOOLSETS=…,${toolset}\`.`;
  return [`## ${title}`, `Scope family \`${familyOf(toolset)}\`.${note}`, ...tools.flatMap(section)];
}

function section(tool: ToolDefinition): readonly string[] {
  const { input, output } = toolSchemas(tool);
  return [
    `### ${tool.name}`,
    tool.description,
    fieldTable('Argument', input),
    fieldTable('Answer', output),
    `IAM: ${tool.iamActions.length === 0 ? 'none' : listOf(tool.iamActions)}.${tool.slow ? ' May take long: it answers as a stream with progress.' : ''}`,
  ];
}

function fieldTable(title: string, schema: JsonSchema): string {
  const fields = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
  if (fields.length === 0) return `${title}: none.`;
  const required = new Set((schema['required'] ?? []) as string[]);
  const rows = fields.map(([name, field]) => {
    const needed = title === 'Argument' && required.has(name) ? ' (required)' : '';
    return `| \`${name}\`${needed} | ${cell(typeOf(field))} | ${cell(textOf(field['description']))} |`;
  });
  return [`| ${title} | Type | |`, '| --- | --- | --- |', ...rows].join('\n');
}

/** A schema in words: one level of the fields of objects, no more. */
function typeOf(schema: JsonSchema): string {
  const alternatives = schema['anyOf'] as JsonSchema[] | undefined;
  if (alternatives !== undefined) return alternatives.map(typeOf).join(' or ');
  if (Array.isArray(schema['enum'])) return schema['enum'].map(String).join(', ');
  if (schema['type'] === 'array') return `list of ${typeOf((schema['items'] ?? {}) as JsonSchema)}`;
  if (schema['type'] === 'object' && schema['properties'] !== undefined) {
    return `object of ${Object.keys(schema['properties'] as object).join(', ')}`;
  }
  return Array.isArray(schema['type']) ? schema['type'].join(' or ') : textOf(schema['type']) || 'any';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function listOf(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
