/** HTML that is safe to put into a page: made by `markup`, or written by us whole. */
export class Markup {
  constructor(readonly text: string) {}
}

export type MarkupValue = string | Markup | undefined | readonly MarkupValue[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template of HTML whose values are escaped, for element content and quoted attributes alike, unless they are `Markup`. */
export function markup(literals: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return new Markup(String.raw({ raw: literals }, ...values.map(textOf)));
}

function textOf(value: MarkupValue): string {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
  return value.map(textOf).join('');
}
