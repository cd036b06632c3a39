import type { AppConfig } from '../config/app-config.js';
import type { Check } from './check.js';

const DAY_MS = 86_400_000;
/** Whoever renews certificates by hand needs time for it; renewals by ACME come at 30 days. */
const SOON_DAYS = 21;

/** What can be said of a valid configuration without asking anyone. */
export function configurationChecks(config: AppConfig, now: Date): readonly Check[] {
  const replicas = stateSecretCheck(config);
  const told = config.warnings.filter((warning) => replicas.status === 'ok' || !warning.startsWith('STATE_SECRET'));
  return [
    { area: 'configuration', status: 'ok', says: 'The configuration is valid.' },
    ...told.map((says): Check => ({ area: 'configuration', status: 'warn', says })),
    publicUrlCheck(config),
    ...certificateChecks(config, now),
    replicas,
  ];
}

function publicUrlCheck({ http, auth }: AppConfig): Check {
  const { publicUrl, host } = http;
  const reachable = !isLoopback(host);
  if (auth.enabled && reachable && isLoopback(new URL(publicUrl).hostname)) {
    return {
      area: 'public-url',
      status: 'warn',
      says: `The server listens on ${host}, but tells clients to come to ${publicUrl}, which only this machine can reach.`,
      fix: 'Set PUBLIC_URL to the https address that clients use, e.g. PUBLIC_URL=https://mcp.example.com.',
    };
  }
  const why = publicUrl.startsWith('https:') ? 'over https' : 'on this machine only';
  return { area: 'public-url', status: 'ok', says: `Clients reach the server at ${publicUrl}, ${why}.` };
}

function certificateChecks({ http: { tls } }: AppConfig, now: Date): readonly Check[] {
  if (tls === undefined) return [];
  const { expiresAt } = tls.pair;
  const days = Math.floor((expiresAt.getTime() - now.getTime()) / DAY_MS);
  const says = `The certificate of TLS_CERT_FILE is valid until ${expiresAt.toISOString()}, ${days} days from now.`;
  if (days >= SOON_DAYS) return [{ area: 'certificate', status: 'ok', says }];
  const fix = 'Renew it and put the new one into the same files: the server reads them again without a restart.';
  return [{ area: 'certificate', status: 'warn', says, fix }];
}

function stateSecretCheck({ limits, stateSecretConfigured }: AppConfig): Check {
  const { expectedReplicas: replicas } = limits;
  if (stateSecretConfigured) {
    return { area: 'state-secret', status: 'ok', says: 'Query ids are sealed with the configured STATE_SECRET.' };
  }
  if (replicas === 1) {
    return {
      area: 'state-secret',
      status: 'ok',
      says: 'There is one replica, which seals query ids with its own key.',
    };
  }
  return {
    area: 'state-secret',
    status: 'fail',
    says: `There are ${replicas} replicas (EXPECTED_REPLICAS) without a common STATE_SECRET: no replica accepts the query ids of another.`,
    fix: 'Set STATE_SECRET to the same value on every replica, from: openssl rand -base64 48',
  };
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}
