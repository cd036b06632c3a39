import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Markup, markup } from './markup.js';

describe('markup', () => {
  it('escapes every value but its own', () => {
    const evil = `<script>"'&</script>`;
    const inner = markup`<b title="${evil}">${evil}</b>`;
    const escaped = '&lt;script&gt;&quot;&#39;&amp;&lt;/script&gt;';
    expect(inner.text).toBe(`<b title="${escaped}">${escaped}</b>`);
    expect(markup`${inner}${new Markup('<hr>')}${['<', inner]}${undefined}`.text).toBe(
      `${inner.text}<hr>&lt;${inner.text}`,
    );
  });

  it('lets no text end an element or a quoted attribute', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(markup`${text}`.text).not.toMatch(/[<>"']/);
      }),
    );
  });
});
