import { format } from 'prettier';

const STYLE = { singleQuote: true, trailingComma: 'all', printWidth: 120 } as const;

/** The text as it is committed: in the format that the project's own check asks for. */
export function inHouseStyle(text: string, parser: 'json' | 'markdown' | 'typescript' | 'yaml'): Promise<string> {
  return format(text, { ...STYLE, parser });
}
