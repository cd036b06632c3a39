import { createHash } from 'node:crypto';
import { CHART_PAGE_STYLE } from './chart-page-style.js';
import generated from './generated/chart-script.json' with { type: 'json' };

/** The page's script: `browser/` and what it imports, as `npm run generate` puts them together. */
const SCRIPT = `\n${generated.lines.join('\n')}\n`;

/** Nothing but the page's own script and style: no connection, no frame, no text that becomes code or markup. */
const POLICY = [
  "default-src 'none'",
  `script-src ${sourceOf(SCRIPT)}`,
  `style-src ${sourceOf(CHART_PAGE_STYLE)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** The page that draws answers in a client, whole: the same for everybody, since data come to it by messages only. */
export const CHART_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>CloudWatch chart</title>
<style>${CHART_PAGE_STYLE}</style>
</head>
<body>
<main id="page" aria-busy="true"><p class="waiting">Waiting for the answer …</p></main>
<script>${SCRIPT}</script>
</body>
</html>
`;

function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
