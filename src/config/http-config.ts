import type { Findings } from './findings.js';
import { isPublicAddress } from './public-address.js';
import { isLoopbackHost } from './setting-types.js';
import type { Settings } from './settings.js';
import { assembleTls, type TlsConfig } from './tls-pair.js';

/** Where the server listens and how clients see it. */
export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  readonly metricsPort: number;
  /** Origin of this server as clients see it. */
  readonly publicUrl: string;
  /** The protected resource identifier: `publicUrl` + `/mcp` (RFC 9728). */
  readonly resource: string;
  readonly allowedHosts: readonly string[];
  readonly corsAllowedOrigins: readonly string[];
  readonly trustedProxies: readonly string[];
  /** Absent: plain HTTP, for a balancer or proxy in front. */
  readonly tls?: TlsConfig;
}

/** Assembles where the server listens; what is wrong or worth knowing goes to the findings. */
export function assembleHttp(settings: Settings, authEnabled: boolean, findings: Findings): HttpConfig {
  const publicUrl = publicUrlOf(settings);
  const tls = assembleTls(settings, findings);
  return {
    host: listenHost(settings, authEnabled, findings),
    port: settings.CLOUDWATCH_MCP_PORT ?? 3334,
    metricsPort: settings.METRICS_PORT ?? 9464,
    publicUrl,
    resource: resourceOf(settings),
    allowedHosts: settings.ALLOWED_HOSTS ?? [new URL(publicUrl).hostname, 'localhost', '127.0.0.1', '[::1]'],
    corsAllowedOrigins: settings.CORS_ALLOWED_ORIGINS ?? [],
    trustedProxies: settings.TRUSTED_PROXIES ?? [],
    ...(tls !== undefined && { tls }),
  };
}

/** The protected resource identifier. */
export function resourceOf(settings: Settings): string {
  return `${publicUrlOf(settings)}/mcp`;
}

function publicUrlOf({ PUBLIC_URL: publicUrl, TLS_CERT_FILE: certFile }: Settings): string {
  return publicUrl ?? `${certFile === undefined ? 'http' : 'https'}://localhost:3334`;
}

function listenHost(settings: Settings, authEnabled: boolean, findings: Findings): string {
  const host = settings.CLOUDWATCH_MCP_SERVER_HOST;
  if (authEnabled) return host ?? '0.0.0.0';
  refuseOpenProduction(settings, findings);
  if (settings.INSECURE_ALLOW_NO_AUTH === true && !isLoopbackHost(host ?? '0.0.0.0')) {
    findings.warnings.push(
      'INSECURE_ALLOW_NO_AUTH is set: the server listens beyond this machine without authentication.',
    );
    // Without authentication the Host check is all that keeps a web page from calling this server (DNS rebinding).
    if (settings.ALLOWED_HOSTS === undefined && settings.PUBLIC_URL === undefined) {
      findings.problems.push(
        'ALLOWED_HOSTS: without authentication beyond loopback, name the hosts clients call this server by (example: ALLOWED_HOSTS=localhost,cloudwatch-mcp)',
      );
    }
    return host ?? '0.0.0.0';
  }
  if (host !== undefined && !isLoopbackHost(host)) {
    findings.problems.push(
      'CLOUDWATCH_MCP_SERVER_HOST: without authentication the server listens on loopback only (example: CLOUDWATCH_MCP_SERVER_HOST=127.0.0.1); INSECURE_ALLOW_NO_AUTH=true overrides that',
    );
  }
  return host ?? '127.0.0.1';
}

/** No override exists for this: what is meant for a test has no address that strangers call. */
function refuseOpenProduction(settings: Settings, findings: Findings): void {
  const { NODE_ENV: environment, PUBLIC_URL: publicUrl, CLOUDWATCH_MCP_SERVER_HOST: host = '0.0.0.0' } = settings;
  if (environment?.toLowerCase() !== 'production') return;
  const fix = 'authentication is off and NODE_ENV=production; configure a way in and remove ENABLE_AUTH=false';
  if (publicUrl !== undefined && !isLoopbackHost(new URL(publicUrl).hostname))
    findings.problems.push(`PUBLIC_URL: names an address beyond this machine while ${fix}`);
  if (isPublicAddress(host)) findings.problems.push(`CLOUDWATCH_MCP_SERVER_HOST: is a public address while ${fix}`);
}
