import { invalidParameter } from '../operations/input-checks.js';

type JsonTest = (event: unknown) => boolean;

const TOKEN =
  /\s*(\$(?:\.[\w@-]+|\[\d+\]|\["[^"]+"\])+|&&|\|\||!=|<=|>=|[=<>(){}]|"(?:[^"\\]|\\.)*"|[^\s()&|{}=<>!"]+)/y;

/**
 * Compiles `{ $.level = "ERROR" && ($.durationMs > 100 || $.retry IS TRUE) }`. A text may have `*` in it; messages that
 * are no JSON object never match.
 * @throws AwsFault InvalidParameterException
 */
export function compileJsonPattern(pattern: string): (message: string) => boolean {
  const parser = new JsonPatternParser(tokensOf(pattern));
  const test = parser.pattern();
  return (message) => {
    if (!message.startsWith('{')) return false;
    try {
      return test(JSON.parse(message));
    } catch {
      return false;
    }
  };
}

function tokensOf(pattern: string): string[] {
  const tokens: string[] = [];
  let at = 0;
  while (pattern.slice(at).trim() !== '') {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(pattern);
    if (!match) throw invalidParameter(`Invalid filter pattern at position ${at + 1}.`);
    tokens.push(match[1] ?? '');
    at = TOKEN.lastIndex;
  }
  return tokens;
}

class JsonPatternParser {
  #at = 0;

  constructor(private readonly tokens: readonly string[]) {}

  pattern(): JsonTest {
    this.#expect('{');
    const test = this.#either();
    this.#expect('}');
    if (this.#at < this.tokens.length) throw this.#malformed();
    return test;
  }

  #either(): JsonTest {
    const tests = [this.#both()];
    while (this.#take('||')) tests.push(this.#both());
    return (event) => tests.some((test) => test(event));
  }

  #both(): JsonTest {
    const tests = [this.#condition()];
    while (this.#take('&&')) tests.push(this.#condition());
    return (event) => tests.every((test) => test(event));
  }

  #condition(): JsonTest {
    if (this.#take('(')) {
      const inner = this.#either();
      this.#expect(')');
      return inner;
    }
    const selector = this.#next();
    if (!selector.startsWith('$')) throw this.#malformed();
    const path = [...selector.matchAll(/\.([\w@-]+)|\[(\d+)\]|\["([^"]+)"\]/g)].map(
      (match) => match[1] ?? match[2] ?? match[3] ?? '',
    );
    const operator = this.#next().toUpperCase();
    if (operator === 'IS') return this.#is(path);
    if (operator === 'NOT') {
      this.#expect('EXISTS');
      return (event) => at(event, path) === undefined;
    }
    return this.#comparison(path, operator);
  }

  #is(path: readonly string[]): JsonTest {
    const wanted = new Map<string, unknown>([
      ['TRUE', true],
      ['FALSE', false],
      ['NULL', null],
    ]);
    const name = this.#next().toUpperCase();
    if (!wanted.has(name)) throw this.#malformed();
    return (event) => at(event, path) === wanted.get(name);
  }

  #comparison(path: readonly string[], operator: string): JsonTest {
    const written = this.#next();
    if (/^[(){}=<>&|]/.test(written)) throw this.#malformed();
    const number = Number(written);
    if (operator === '=' || operator === '!=') {
      const equals = written.startsWith('"') || Number.isNaN(number) ? textTest(unquote(written)) : numberTest(number);
      return (event) => {
        const value = at(event, path);
        return value !== undefined && equals(value) === (operator === '=');
      };
    }
    const holds = ORDER[operator];
    if (!holds || Number.isNaN(number)) throw this.#malformed();
    return (event) => {
      const value = at(event, path);
      return typeof value === 'number' && holds(value - number);
    };
  }

  #take(token: string): boolean {
    if (this.tokens[this.#at]?.toUpperCase() !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw this.#malformed();
  }

  #next(): string {
    const token = this.tokens[this.#at];
    if (token === undefined) throw this.#malformed();
    this.#at += 1;
    return token;
  }

  #malformed(): Error {
    return invalidParameter(`Invalid filter pattern near '${this.tokens[this.#at] ?? 'the end'}'.`);
  }
}

const ORDER: Readonly<Record<string, (difference: number) => boolean>> = {
  '<': (difference) => difference < 0,
  '<=': (difference) => difference <= 0,
  '>': (difference) => difference > 0,
  '>=': (difference) => difference >= 0,
};

function at(event: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    return (value as Record<string, unknown>)[key];
  }, event);
}

function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
}

function textTest(wanted: string): (value: unknown) => boolean {
  const source = wanted
    .split('*')
    .map((part) => part.replace(/[\\^$.+?()[\]{}|/]/g, '\\$&'))
    .join('.*');
  const regex = new RegExp(`^${source}$`, 's');
  return (value) => typeof value === 'string' && regex.test(value);
}

function numberTest(wanted: number): (value: unknown) => boolean {
  return (value) => value === wanted || (typeof value === 'string' && value === String(wanted));
}
