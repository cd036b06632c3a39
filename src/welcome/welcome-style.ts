import { createHash } from 'node:crypto';

/** The page's whole appearance; a change of it changes the hash that the policy names. */
export const WELCOME_STYLE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#f6f7f9, #0f1419);
  --card: light-dark(#ffffff, #171d25);
  --ink: light-dark(#17202c, #e6ebf1);
  --soft: light-dark(#4a5868, #a3b1c2);
  --line: light-dark(#dbe1e8, #2a3440);
  --accent: light-dark(#9a4a00, #ffb25e);
  --button: light-dark(#9a4a00, #ffb25e);
  --on-button: light-dark(#ffffff, #1d1206);
  --code: light-dark(#eef1f5, #0c1116);
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1rem 4rem; }
header { display: flex; gap: 1rem; align-items: center; }
header svg { width: 3.25rem; height: 3.25rem; flex: none; }
h1 { margin: 0; font-size: clamp(1.5rem, 5vw, 2rem); line-height: 1.2; letter-spacing: -0.02em; }
h2 { margin: 2.5rem 0 0.75rem; font-size: 1.2rem; }
p { margin: 0.5rem 0; }
.lead { color: var(--soft); font-size: 1.1rem; margin: 1rem 0 1.5rem; }
.soft { color: var(--soft); }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.875rem; }
pre {
  margin: 0.35rem 0 1rem;
  padding: 0.75rem 0.9rem;
  background: var(--code);
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
.address { background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; padding: 1rem 1.1rem; }
.address code { display: block; font-size: 1.05rem; font-weight: 600; overflow-wrap: anywhere; }
.copy { user-select: all; }
details { background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; margin: 0.6rem 0; }
summary { cursor: pointer; padding: 0.8rem 1.1rem; font-weight: 600; border-radius: 0.75rem; }
details > div { padding: 0 1.1rem 0.4rem; }
.file { color: var(--soft); font-size: 0.875rem; margin: 0.9rem 0 0; }
a { color: var(--accent); }
a.button {
  display: inline-block;
  margin: 0.5rem 0 0.25rem;
  padding: 0.55rem 1rem;
  border-radius: 0.5rem;
  background: var(--button);
  color: var(--on-button);
  font-weight: 600;
  text-decoration: none;
}
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
ol { padding-left: 1.3rem; }
li { margin: 0.35rem 0; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.9rem; }
`;

/** Nothing but this page's own style and its icon: no script, no connection, no frame, no form. */
export const WELCOME_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(WELCOME_STYLE).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
