import { type ClientGuide, clientGuides, type WaysIn } from './client-guides.js';
import { Markup, markup } from './markup.js';
import { WELCOME_STYLE } from './welcome-style.js';

/** What the page says of this server; nothing that its metadata and its answers do not say to everybody. */
export interface WelcomeFacts {
  /** The MCP endpoint as clients see it. */
  readonly endpoint: string;
  readonly ways: WaysIn;
  /** Where people of this organization open the AWS console. */
  readonly accessPortal?: string;
}

const SIGN = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32' aria-hidden='true'><rect width='32' height='32' rx='7' fill='#9a4a00'/><path d='M5 19h5l3-9 5 14 3-8h6' fill='none' stroke='#fff' stroke-width='2.5' stroke-linejoin='round' stroke-linecap='round'/></svg>`;
const ICON = `data:image/svg+xml,${encodeURIComponent(SIGN)}`;

const KEYS_ONLY = 'Your client sends an API key, which you get from whoever runs this server.';
const OWN_RIGHTS =
  'The server asks AWS for your own temporary credentials. What you may not see in AWS, it cannot show you.';
const EXAMPLE = 'Ask, for example: “Which alarms are firing, and what changed in the logs just before?”';

/** The page as text. */
export function welcomePage({ endpoint, ways, accessPortal }: WelcomeFacts): string {
  const portal =
    accessPortal && markup`<p><a href="${accessPortal}" rel="noreferrer">Open the AWS access portal</a></p>`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>CloudWatch MCP server</title>
<link rel="icon" href="${ICON}">
<style>${new Markup(WELCOME_STYLE)}</style>
</head>
<body>
<main>
<header>
${new Markup(SIGN)}
<h1>CloudWatch MCP server</h1>
</header>
<p class="lead">Lets your AI assistant look into Amazon CloudWatch for you: logs, metrics and alarms, with your own AWS rights and nobody else’s.</p>
<section class="address" aria-label="Address">
<p class="soft">The address for MCP clients</p>
<code class="copy">${endpoint}</code>
</section>
<h2>How it works</h2>
<ol>
${steps(ways).map((step) => markup`<li>${step}</li>\n`)}</ol>
<h2>Connect your client</h2>
${clientGuides(endpoint, ways).map(clientSection)}
<footer>
<p>The address above is for MCP clients, not for browsers.</p>
${portal}
</footer>
</main>
</body>
</html>
`.text;
}

function steps({ signIn, apiKeys }: WaysIn): readonly string[] {
  if (!signIn && !apiKeys) return ['Sign-in is off on this server: connect a client.', EXAMPLE];
  return [
    signIn ? 'Your client opens your organization’s sign-in page the first time it connects.' : KEYS_ONLY,
    ...(signIn && apiKeys ? ['A client that cannot sign in sends an API key instead.'] : []),
    OWN_RIGHTS,
    EXAMPLE,
  ];
}

function clientSection({ name, summary, install, snippets }: ClientGuide): Markup {
  const button = install && markup`<p><a class="button" href="${install.href}">${install.label}</a></p>\n`;
  return markup`<details>
<summary>${name}</summary>
<div>
<p>${summary}</p>
${button}${snippets.map(({ title, text }) => markup`<p class="file">${title}</p>\n<pre class="copy" tabindex="0">${text}</pre>\n`)}</div>
</details>
`;
}
