import { readFile, stat } from 'node:fs/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { ApiKeyEntry } from '../config/api-key-entries.js';
import { type ApiKeysFile, MAX_KEYS_FILE_BYTES, parseApiKeysFile, unreadable } from '../config/api-keys.js';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { SecurityEventsService } from '../security-monitoring/security-events.service.js';
import { findApiKey, type KnownApiKey, knownApiKeys } from './api-key.js';

const POLL_MS = 10_000;

/**
 * The API keys accepted now. The file of keys is read again every ten seconds and compared by content, since a mounted
 * secret changes behind an unchanged name; a version with a mistake in it leaves the last good keys in force.
 */
@Injectable()
export class ApiKeyStoreService implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #file?: ApiKeysFile;
  /** Keys of the environment, which never change. */
  readonly #fixed: readonly ApiKeyEntry[];
  #keys: readonly KnownApiKey[];
  /** SHA-256 of the version in force. */
  #version?: string;
  /** What was last said to be wrong with the file: the same thing is not said every ten seconds. */
  #problem?: string;
  #poll?: NodeJS.Timeout;
  #reading?: Promise<void>;

  constructor(
    @Inject(APP_CONFIG) { auth }: AppConfig,
    private readonly events: SecurityEventsService,
  ) {
    this.#file = auth.apiKeysFile;
    this.#version = auth.apiKeysFile?.sha256;
    const ofFile = new Set(auth.apiKeysFile?.entries);
    this.#fixed = auth.apiKeys.filter((entry) => !ofFile.has(entry));
    this.#keys = knownApiKeys(auth.apiKeys);
  }

  onApplicationBootstrap(): void {
    if (this.#file !== undefined) this.#poll = setInterval(() => void this.reload(), POLL_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#poll);
  }

  /** How many keys are accepted. */
  get size(): number {
    return this.#keys.length;
  }

  /** The entry of a key, expired or not. */
  find(text: string): KnownApiKey | undefined {
    return findApiKey(text, this.#keys);
  }

  /** Reads the file again now; never rejects. Requests that are under way keep the answer they have. */
  reload(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return Promise.resolve();
    this.#reading ??= this.#read(file.path).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(path: string): Promise<void> {
    try {
      const { size } = await stat(path);
      // What is larger than a list of keys can be is not read into memory to find that out.
      if (size > MAX_KEYS_FILE_BYTES) return this.#refuse('API_KEYS_FILE: is larger than 1 MB');
      const { entries, problems, sha256 } = parseApiKeysFile(await readFile(path), this.#fixed);
      if (sha256 === this.#version && this.#problem === undefined) return;
      if (problems.length > 0) return this.#refuse(problems.join('; '));
      this.#keys = knownApiKeys([...this.#fixed, ...entries]);
      this.#version = sha256;
      this.#problem = undefined;
      this.events.record({ name: 'api-keys.reload', outcome: 'loaded', keys: this.#keys.length });
    } catch (error) {
      this.#refuse(unreadable(error));
    }
  }

  #refuse(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.events.record({ name: 'api-keys.reload', outcome: 'failed', keys: this.#keys.length, detail: problem });
  }
}
