import { drawingOf } from '../drawing/chart-shapes.js';
import { LocalTime } from '../drawing/local-time.js';
import type { View } from '../reading/chart.js';
import { finite, type Members, members } from '../reading/json.js';
import { viewOf } from '../reading/view-of.js';
import { element } from './elements.js';
import { figure } from './figure.js';
import { Host } from './host.js';

/** What the page takes over of the host's look; everything else is its own. */
const HOST_STYLES = [
  '--font-sans',
  '--color-background-primary',
  '--color-text-primary',
  '--color-text-secondary',
  '--color-border-primary',
];
/** What title, names and table take of a height that the host has fixed. */
const AROUND_CHART = 150;

const root = document.documentElement;
const page = document.getElementById('page') ?? document.body;
let context: Members = {};
let view: View | undefined;
let drawnWidth = 0;

const host = new Host({
  context: (changes) => {
    context = { ...context, ...changes };
    dress();
    draw();
  },
  result: (result) => show(viewOf(result)),
  without: (reason) => {
    const notes = ['The call was ended before it had a result.', ...(reason === '' ? [] : [reason])];
    show({ kind: 'words', title: 'No chart', notes });
  },
});

function show(next: View): void {
  view = next;
  draw();
}

/** Puts on the host's theme and those of its colours that the page uses. */
function dress(): void {
  const { theme, styles } = context;
  if (theme === 'light' || theme === 'dark') root.dataset['theme'] = theme;
  const variables = members(members(styles)['variables']);
  for (const name of HOST_STYLES) {
    const value = variables[name];
    if (typeof value === 'string') root.style.setProperty(name, value);
  }
}

function draw(): void {
  if (view === undefined) return;
  drawnWidth = page.clientWidth;
  page.removeAttribute('aria-busy');
  const notes = view.notes.map((note) => element('li', '', note));
  const list = notes.length === 0 ? [] : [element('ul', 'notes', ...notes)];
  const title = element('h1', '', view.title);
  if (view.kind === 'words') return page.replaceChildren(title, ...list);
  const local = new LocalTime(context['timeZone']);
  const drawing = drawingOf(view, { width: drawnWidth, height: heightOf(drawnWidth) }, local);
  page.replaceChildren(title, ...list, figure(drawing, local));
}

function heightOf(width: number): number {
  const fixed = finite(members(context['containerDimensions'])['height']);
  return fixed === undefined ? Math.min(340, Math.max(210, width * 0.42)) : Math.max(180, fixed - AROUND_CHART);
}

new ResizeObserver(() => {
  if (page.clientWidth !== drawnWidth) draw();
  host.resized(Math.ceil(document.body.getBoundingClientRect().height));
}).observe(page);
host.connect();
