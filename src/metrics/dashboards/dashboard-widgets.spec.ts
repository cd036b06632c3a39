import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dashboardWidget, readWidgets } from './dashboard-widgets.js';

describe('readWidgets', () => {
  it('reads any widget into the answer’s form, whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.constantFrom('type', 'properties', 'x'), fc.jsonValue())), (widgets) => {
        const read = readWidgets(JSON.stringify({ widgets }));
        expect(read).toHaveLength(widgets.length);
        for (const widget of read ?? []) expect(dashboardWidget.parse(widget)).toEqual(widget);
      }),
    );
  });

  it.each(['', '[', '3', '{"widgets": 3}', '{"widgets": [3]}'])('cannot read %j', (text) => {
    expect(readWidgets(text)).toBeUndefined();
  });

  it('takes a body without widgets for an empty one', () => {
    expect(readWidgets('{}')).toEqual([]);
  });
});
