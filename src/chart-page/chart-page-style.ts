/** The page's whole appearance; its policy names the hash of it. */
export const CHART_PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: var(--color-background-primary, light-dark(#ffffff, #171d25));
  --ink: var(--color-text-primary, light-dark(#17202c, #e6ebf1));
  --soft: var(--color-text-secondary, light-dark(#4a5868, #a3b1c2));
  --edge: var(--color-border-primary, light-dark(#dbe1e8, #2f3a47));
  --grid: light-dark(#e6eaef, #29333f);
  --alarm: light-dark(#c4162a, #ff7b72);
}
:root[data-theme='light'] { color-scheme: light; }
:root[data-theme='dark'] { color-scheme: dark; }
* { box-sizing: border-box; }
body {
  margin: 0;
  padding: 0.75rem 0.875rem;
  background: var(--paper);
  color: var(--ink);
  font: 0.8125rem/1.45 var(--font-sans, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif);
}
h1 { margin: 0; font-size: 0.9375rem; font-weight: 600; line-height: 1.3; overflow-wrap: anywhere; }
figure { margin: 0; }
p { margin: 0; }
.waiting, .caption, .when, .notes, .number { color: var(--soft); }
.notes { margin: 0.3rem 0 0; padding: 0; list-style: none; overflow-wrap: anywhere; }
.caption { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; margin-top: 0.4rem; font-size: 0.75rem; }
.caption, .label { overflow-wrap: anywhere; }
.stage { outline: none; border-radius: 0.25rem; touch-action: pan-y; }
.stage:focus-visible, summary:focus-visible, .scroller:focus-visible { outline: 2px solid var(--s); }
.stage, summary, .scroller { --s: light-dark(#1f5fbf, #7ab5ff); }
svg { display: block; max-width: 100%; }
.stage svg { overflow: visible; }
.grid { stroke: var(--grid); }
.zero, .mark { stroke: var(--edge); }
.tick { fill: var(--soft); font-size: 11px; font-variant-numeric: tabular-nums; }
.value { text-anchor: end; }
.time, .day { text-anchor: middle; }
.day { font-weight: 600; }
.line { fill: none; stroke: var(--s); stroke-width: 1.75; stroke-linejoin: round; stroke-linecap: round; }
.dot, .bar { fill: var(--s); }
.s0 { --s: light-dark(#1f5fbf, #7ab5ff); }
.s1 { --s: light-dark(#c2570c, #ffb25e); }
.s2 { --s: light-dark(#15803d, #6fdc8c); }
.s3 { --s: light-dark(#8b3fd1, #cda4ff); }
.s4 { --s: light-dark(#0e7c86, #4fd1c5); }
.s5 { --s: light-dark(#8a6d00, #e8cf68); }
.s6 { --s: light-dark(#b3256f, #ff8fc7); }
.s7 { --s: light-dark(#56657a, #a9b8cb); }
.d1 { stroke-dasharray: 6 4; }
.d2 { stroke-dasharray: 1.5 4; }
.threshold { stroke: var(--alarm); stroke-width: 1.5; stroke-dasharray: 7 4; }
.threshold-label, .moment-label { font-size: 11px; font-weight: 600; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; }
.threshold-label { fill: var(--alarm); text-anchor: end; }
.moment { stroke: var(--soft); stroke-dasharray: 3 3; }
.moment-label { fill: var(--ink); }
.before { text-anchor: end; }
.cursor { stroke: var(--ink); stroke-opacity: 0.55; pointer-events: none; }
.when { min-height: 1.45em; font-size: 0.75rem; font-variant-numeric: tabular-nums; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.25rem; margin: 0.35rem 0 0; padding: 0; list-style: none; }
.legend li { display: flex; gap: 0.45rem; align-items: center; min-width: 0; }
.legend svg { flex: none; }
.legend .line { stroke-width: 3; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
details { margin-top: 0.5rem; }
summary { cursor: pointer; color: var(--soft); width: fit-content; border-radius: 0.25rem; }
.scroller { max-height: 15rem; margin-top: 0.4rem; overflow: auto; border: 1px solid var(--edge); border-radius: 0.375rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { padding: 0.35rem 0.6rem; color: var(--soft); text-align: left; }
th, td { padding: 0.25rem 0.6rem; text-align: right; border-top: 1px solid var(--grid); }
th { font-weight: 500; text-align: left; white-space: nowrap; }
thead th { position: sticky; top: 0; border-top: 0; background: var(--paper); font-weight: 600; }
thead th:not(:first-child) { text-align: right; white-space: normal; overflow-wrap: anywhere; min-width: 6rem; }
`;
