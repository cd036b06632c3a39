import type { Server } from 'node:https';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Gauge } from 'prom-client';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { readTlsPair, secureContextOf, type TlsPair } from '../../config/tls-pair.js';
import { SecurityMetricsService } from '../metrics/security-metrics.service.js';
import { ReloadedFileStore } from '../reloaded-file.store.js';
import { SecurityEventsService } from '../security-events.service.js';

/**
 * Presents a renewed certificate to new connections without a restart; those that are open go on. A pair that is half
 * written, does not match or has expired is not presented: the last good one stays.
 */
@Injectable()
export class TlsCertificateService implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #file?: ReloadedFileStore<TlsPair>;
  readonly #expires?: Gauge;

  constructor(
    @Inject(APP_CONFIG) { http: { tls } }: AppConfig,
    private readonly adapterHost: HttpAdapterHost,
    events: SecurityEventsService,
    metrics: SecurityMetricsService,
  ) {
    if (tls === undefined) return;
    this.#expires = new Gauge({
      name: 'mcp_tls_certificate_expires_timestamp_seconds',
      help: 'When the certificate that the server presents expires, in seconds since 1970',
      registers: [metrics.registry],
    });
    this.#expires.set(tls.pair.expiresAt.getTime() / 1000);
    this.#file = new ReloadedFileStore(
      {
        variable: 'TLS_CERT_FILE',
        first: tls.pair,
        read: () => readTlsPair(tls, new Date()),
        use: (pair) => this.#present(pair),
      },
      events,
    );
  }

  onApplicationBootstrap(): void {
    this.#file?.start();
  }

  onApplicationShutdown(): void {
    this.#file?.stop();
  }

  /** Reads the files again now; never throws. */
  reload(): void {
    this.#file?.reload();
  }

  #present(pair: TlsPair): void {
    (this.adapterHost.httpAdapter.getHttpServer() as Server).setSecureContext(secureContextOf(pair));
    this.#expires?.set(pair.expiresAt.getTime() / 1000);
  }
}
