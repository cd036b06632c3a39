/** The regular expression of a `parse` text: each `*` takes as little as possible, the last one the rest. */
export function globPattern(glob: string): { readonly pattern: RegExp; readonly wildcards: number } {
  const parts = glob.split(/(?<!\\)\*/);
  const wildcards = parts.length - 1;
  const literals = parts.map((part) => escapeRegex(part.replaceAll('\\*', '*')));
  const endsOpen = glob.endsWith('*') && !glob.endsWith('\\*');
  const source = literals.reduce((joined, literal, index) => {
    const last = index === literals.length - 1 && endsOpen;
    return `${joined}${last ? '([^]*)' : '([^]*?)'}${literal}`;
  });
  return { pattern: new RegExp(source), wildcards };
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
