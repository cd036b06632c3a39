import { open } from 'node:fs/promises';
import { Failure } from './failure.js';
import { runKeyCommand } from './key-command.js';

/** Which variable names the key; at most one. */
export type KeySetting =
  | { readonly from: 'MCP_API_KEY'; readonly key: string }
  | { readonly from: 'MCP_API_KEY_FILE'; readonly path: string }
  | { readonly from: 'MCP_API_KEY_COMMAND'; readonly command: string; readonly env: NodeJS.ProcessEnv };

const LIMIT_BYTES = 65_536;
const READABLE_BY_OTHERS = 0o044;
/** A key that is refused is looked up again, but a command not asked with every refused request. */
const LOOK_AGAIN_MS = 10_000;

/** Gives the key for a request, and a newer one when a file or a command has it. */
export class KeySource {
  #key: Promise<string | undefined> | undefined;
  #readAt = 0;

  constructor(
    private readonly setting: KeySetting | undefined,
    private readonly warn: (words: string) => void,
    private readonly now: () => number,
  ) {}

  /** The variable to name in a message about the key. */
  get variable(): KeySetting['from'] | undefined {
    return this.setting?.from;
  }

  /**
   * The key, undefined when none is configured. It is read once.
   * @throws Failure when it cannot be read or is not one line of printable ASCII
   */
  current(): Promise<string | undefined> {
    this.#key ??= this.#read();
    return this.#key;
  }

  /** Whether, now that the server refused `refused`, there is another key. */
  async hasNewer(refused: string | undefined): Promise<boolean> {
    if (this.setting === undefined || this.setting.from === 'MCP_API_KEY') return false;
    if (this.now() - this.#readAt >= LOOK_AGAIN_MS) this.#key = this.#read();
    return (await this.current()) !== refused;
  }

  async #read(): Promise<string | undefined> {
    this.#readAt = this.now();
    try {
      return this.setting && checkKey(await this.#text(this.setting), this.setting.from);
    } catch (error) {
      // The next request looks again: a file may be there by then.
      this.#key = undefined;
      throw error;
    }
  }

  #text(setting: KeySetting): Promise<string> | string {
    switch (setting.from) {
      case 'MCP_API_KEY':
        return setting.key;
      case 'MCP_API_KEY_FILE':
        return this.#readFile(setting.path);
      case 'MCP_API_KEY_COMMAND':
        return runKeyCommand(setting.command, setting.env);
    }
  }

  async #readFile(path: string): Promise<string> {
    const file = await open(path, 'r').catch(() => {
      throw new Failure('configuration', 'MCP_API_KEY_FILE cannot be read. Check the path and who may read the file.');
    });
    try {
      const facts = await file.stat();
      if (!facts.isFile() || facts.size > LIMIT_BYTES) {
        throw new Failure(
          'configuration',
          'MCP_API_KEY_FILE is not a small regular file. Name a file with only the key.',
        );
      }
      if (process.platform !== 'win32' && (facts.mode & READABLE_BY_OTHERS) !== 0) {
        this.warn('MCP_API_KEY_FILE can be read by other users of this computer. Restrict it: chmod 600');
      }
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  }
}

/** SECURITY: a line break in the key would be a header of its own. */
function checkKey(text: string, variable: string): string {
  const key = text.trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  const fault = key === '' ? 'is empty' : 'is not one line of printable ASCII without blanks';
  throw new Failure('configuration', `The key from ${variable} ${fault}. Set the key alone.`);
}
