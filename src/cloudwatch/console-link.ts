/** A page of the CloudWatch console: what it shows, by the parts its address is made of. */
export type ConsolePage =
  | { readonly kind: 'alarm'; readonly name: string }
  | { readonly kind: 'log-group'; readonly name: string }
  | { readonly kind: 'log-stream'; readonly group: string; readonly stream: string }
  | { readonly kind: 'dashboard'; readonly name: string }
  | { readonly kind: 'metric'; readonly namespace: string };

const HOSTS: readonly (readonly [prefix: string, host: string])[] = [
  ['cn-', 'console.amazonaws.cn'],
  ['us-gov-', 'console.amazonaws-us-gov.com'],
  ['', 'console.aws.amazon.com'],
];

/**
 * Address of a page of the CloudWatch console, for people to open with their own sign-in.
 * SECURITY: made from a checked region and names of resources only, each encoded, never from the text of logs.
 */
export function consoleLink(region: string, page: ConsolePage): string {
  const [, host = ''] = HOSTS.find(([prefix]) => region.startsWith(prefix)) ?? [];
  return `https://${region}.${host}/cloudwatch/home?region=${region}#${fragment(page)}`;
}

function fragment(page: ConsolePage): string {
  switch (page.kind) {
    case 'alarm':
      return `alarmsV2:alarm/${encodeURIComponent(page.name)}`;
    case 'log-group':
      return `logsV2:log-groups/log-group/${twice(page.name)}`;
    case 'log-stream':
      return `logsV2:log-groups/log-group/${twice(page.group)}/log-events/${twice(page.stream)}`;
    case 'dashboard':
      return `dashboards/dashboard/${encodeURIComponent(page.name)}`;
    case 'metric':
      return `metricsV2?graph=~()&namespace=${encodeURIComponent(page.namespace)}`;
  }
}

/** The logs pages encode names twice, with `$` for `%`. */
function twice(name: string): string {
  return encodeURIComponent(encodeURIComponent(name)).replaceAll('%', '$');
}
