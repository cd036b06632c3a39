import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'green' | 'red' | 'cyan';

/** Where the demo prints: styled lines in a terminal, plain ones in a pipe, a file or with NO_COLOR set. */
export interface Terminal {
  readonly styled: boolean;
  /** Columns to fill. */
  readonly width: number;
  style(style: Style, text: string): string;
  line(text?: string): void;
}

const PLAIN_WIDTH = 150;

/** A terminal on a stream; see https://no-color.org for NO_COLOR. */
export function terminalOn(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Terminal {
  const styled = stream.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return {
    styled,
    width: stream.columns ?? PLAIN_WIDTH,
    style: (style, text) => (styled ? styleText(style, text, { validateStream: false }) : text),
    line: (text = '') => void stream.write(`${text}\n`),
  };
}

/** Cuts text to a width, marking the cut. */
export function shorten(text: string, width: number): string {
  const oneLine = text.replaceAll(/\s+/g, ' ').trim();
  return oneLine.length <= width ? oneLine : `${oneLine.slice(0, width - 1)}…`;
}

/** Rows below their headings in columns as wide as their widest cell; numbers are right-aligned. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): { head: string; body: string[] } {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => String(row[column] ?? '').length)),
  );
  const format = (row: readonly (string | number)[]): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return { head: format(headings), body: rows.map(format) };
}
