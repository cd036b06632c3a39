import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { SecurityEventsService } from '../../security-monitoring/security-events.service.js';
import { IssuerKeysClient, type KeysReport } from './issuer-keys.client.js';
import type { IssuerTrust } from './issuer-profile.js';
import { profileOf } from './issuer-profiles.js';

/** An issuer whose tokens are accepted, with its keys. */
export interface TrustedIssuer extends IssuerTrust {
  readonly keys: IssuerKeysClient;
}

/** Whether tokens of an issuer can be verified right now. */
export interface IssuerState {
  readonly issuer: string;
  readonly usable: boolean;
  readonly degraded: boolean;
}

/** The configured issuers by their exact `iss`. An issuer that is not configured causes no work at all. */
@Injectable()
export class IssuerRegistryService implements OnApplicationBootstrap {
  readonly #issuers: ReadonlyMap<string, TrustedIssuer>;

  constructor(@Inject(APP_CONFIG) config: AppConfig, events: SecurityEventsService) {
    this.#issuers = new Map(
      config.auth.issuers.map((settings) => {
        const profile = profileOf(settings);
        const keys = new IssuerKeysClient(settings, profile.algorithms, (event) => events.record(event));
        const { claimCredentials } = config.aws;
        return [settings.issuer, { settings, profile, keys, claimCredentials }];
      }),
    );
  }

  /** Fetches the keys ahead of the first request; the start does not wait for it. */
  onApplicationBootstrap(): void {
    for (const { keys } of this.#issuers.values()) keys.keepFresh();
  }

  find(issuer: string): TrustedIssuer | undefined {
    return this.#issuers.get(issuer);
  }

  /** Fetches an issuer's keys now; for diagnosis. */
  async loadKeys(issuer: string): Promise<KeysReport> {
    return (await this.#issuers.get(issuer)?.keys.load()) ?? { count: 0 };
  }

  /** The state of every issuer. Asking keeps the keys fresh, so a server without traffic heals by its health checks. */
  states(): readonly IssuerState[] {
    return [...this.#issuers.values()].map(({ settings, keys }) => {
      keys.keepFresh();
      const { usable, degraded } = keys.state();
      return { issuer: settings.issuer, usable, degraded };
    });
  }
}
