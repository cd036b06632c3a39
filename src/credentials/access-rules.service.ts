import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { readAccessRules } from '../config/access-reload.js';
import type { AccessRules } from '../config/access-rules.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { ReloadedFileStore } from '../security-monitoring/reloaded-file.store.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';

/**
 * The rules that decide who gets which role, as they are now: a new version of `ACCESS_FILE` counts from the next call
 * on, one with a mistake in it not at all.
 */
@Injectable()
export class AccessRulesService implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #file?: ReloadedFileStore<AccessRules>;

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    events: SecurityEventsService,
  ) {
    const { auth, aws } = config;
    const { access, accessFile } = aws;
    if (access === undefined || accessFile === undefined) return;
    const read = () => readAccessRules(accessFile, auth, aws);
    this.#file = new ReloadedFileStore({ variable: 'ACCESS_FILE', first: access, read }, events);
  }

  onApplicationBootstrap(): void {
    this.#file?.start();
  }

  onApplicationShutdown(): void {
    this.#file?.stop();
  }

  /** The configuration with the rules in force. */
  get current(): Pick<AppConfig, 'auth' | 'aws'> {
    const { auth, aws } = this.config;
    return this.#file === undefined ? { auth, aws } : { auth, aws: { ...aws, access: this.#file.value } };
  }

  /** Reads the file again now; never throws. */
  reload(): void {
    this.#file?.reload();
  }
}
