import type { Drawing } from '../drawing/chart-shapes.js';
import { durationText, type LocalTime } from '../drawing/local-time.js';
import { lookOf } from '../drawing/look.js';
import { inWords, tableOf, totals, valuesAt } from '../drawing/reading-aids.js';
import { pixel } from '../drawing/shape.js';
import { momentsOf } from '../reading/series.js';
import { element, picture, shapeElement } from './elements.js';

/** The chart with what helps to read it: names, a cursor for pointer and keyboard, and its values as a table. */
export function figure(drawing: Drawing, local: LocalTime): HTMLElement {
  const { chart, frame, shapes } = drawing;
  const caption = element('p', 'caption', chart.valueName, element('span', 'zone', axisText(drawing, local)));
  const svg = picture(shapes, frame.width, frame.height, inWords(chart, local));
  const stage = element('div', 'stage', svg);
  const values = chart.series.map(() => element('span', 'number'));
  const legend = element('ul', 'legend', ...chart.series.map(({ label }, index) => entry(label, index, values[index])));
  const when = element('p', 'when');
  when.setAttribute('aria-live', 'polite');
  addCursor(drawing, local, stage, (time) => {
    const texts = time === undefined ? totals(chart) : valuesAt(chart, time);
    for (const [index, value] of values.entries()) value.textContent = texts[index] ?? '';
    const shown = time === undefined ? 'The arrow keys or the pointer show the values of a moment.' : local.full(time);
    const spoken = chart.series.map(({ label }, index) => `${label} ${texts[index]}`).join(', ');
    when.replaceChildren(shown, ...(time === undefined ? [] : [element('span', 'spoken', `: ${spoken}`)]));
  });
  return element('figure', '', caption, stage, when, legend, table(drawing, local));
}

function axisText({ chart }: Drawing, local: LocalTime): string {
  const bars = chart.kind === 'bars' ? `each bar ${durationText(chart.stepMs)}, ` : '';
  return `${bars}times in ${local.zone}`;
}

function entry(label: string, index: number, value: Node | undefined): HTMLElement {
  const sample = picture(
    [{ tag: 'line', look: `line ${lookOf(index)}`, at: { x1: 0, x2: 18, y1: 5, y2: 5 } }],
    18,
    10,
    '',
  );
  sample.setAttribute('aria-hidden', 'true');
  return element('li', '', sample, element('span', 'label', label), ...(value === undefined ? [] : [value]));
}

/** A line that follows the pointer and the arrow keys from moment to moment. */
function addCursor(
  { chart, frame }: Drawing,
  local: LocalTime,
  stage: HTMLElement,
  show: (time: number | undefined) => void,
): void {
  const moments = momentsOf(chart.series);
  const line = shapeElement({ tag: 'line', look: 'cursor', at: { y1: frame.top, y2: frame.bottom } });
  let at: number | undefined;
  const move = (index: number | undefined): void => {
    at = index;
    const time = index === undefined ? undefined : moments[index];
    if (time === undefined) line.remove();
    else {
      const x = String(pixel(frame.x(time + (chart.kind === 'bars' ? chart.stepMs / 2 : 0))));
      line.setAttribute('x1', x);
      line.setAttribute('x2', x);
      stage.firstElementChild?.append(line);
    }
    show(time);
  };
  stage.tabIndex = 0;
  stage.setAttribute('role', 'group');
  stage.setAttribute('aria-label', `Chart, ${moments.length} moments from ${local.full(moments[0] ?? 0)}`);
  stage.addEventListener('pointermove', ({ clientX }) => {
    const time = frame.timeAt(clientX - stage.getBoundingClientRect().left);
    move(nearest(moments, chart.kind === 'bars' ? time - chart.stepMs / 2 : time));
  });
  for (const end of ['pointerleave', 'blur']) stage.addEventListener(end, () => move(undefined));
  stage.addEventListener('keydown', (event) => {
    const next = keyTarget(event.key, at, moments.length - 1);
    if (next === 'other') return;
    event.preventDefault();
    move(next);
  });
  move(undefined);
}

function keyTarget(key: string, at: number | undefined, last: number): number | undefined | 'other' {
  switch (key) {
    case 'ArrowRight':
      return Math.min(last, (at ?? -1) + 1);
    case 'ArrowLeft':
      return Math.max(0, (at ?? last + 1) - 1);
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'Escape':
      return undefined;
    default:
      return 'other';
  }
}

function nearest(moments: readonly number[], time: number): number {
  let best = 0;
  for (const [index, moment] of moments.entries()) {
    if (Math.abs(moment - time) < Math.abs((moments[best] ?? 0) - time)) best = index;
  }
  return best;
}

/** Filled when it is opened: it may be long. */
function table({ chart }: Drawing, local: LocalTime): HTMLElement {
  const scroller = element('div', 'scroller');
  scroller.tabIndex = 0;
  const details = element('details', '', element('summary', '', 'Values as a table'), scroller);
  details.addEventListener('toggle', () => {
    if (!details.open || scroller.childElementCount > 0) return;
    const { head, rows, left } = tableOf(chart, local);
    const cells = (texts: readonly string[]): HTMLElement[] =>
      texts.map((text, index) => (index === 0 ? headCell(text, 'row') : element('td', '', text)));
    const caption =
      left > 0 ? [element('caption', '', `The newest ${rows.length}; ${left} older ones are not listed.`)] : [];
    const top = element('thead', '', element('tr', '', ...head.map((text) => headCell(text, 'col'))));
    const body = element('tbody', '', ...rows.map((texts) => element('tr', '', ...cells(texts))));
    scroller.append(element('table', '', ...caption, top, body));
  });
  return details;
}

function headCell(text: string, scope: 'row' | 'col'): HTMLElement {
  const cell = element('th', '', text);
  cell.scope = scope;
  return cell;
}
