import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));

describe('the production build', () => {
  const files = existsSync(dist) ? readdirSync(dist, { recursive: true, encoding: 'utf8' }) : [];

  it('holds the server and nothing of the demo or the tests', () => {
    expect(files, 'run npm run build first').toContain('main.js');
    expect(files.filter((path) => /(^|\/)(demo|generate)(\/|$)|\.spec\.|test\/|conformance/.test(path))).toEqual([]);
    const scripts = files.filter((path) => path.endsWith('.js'));
    const naming = scripts.filter((path) =>
      /emulator|oidc-provider|test_simple_text/i.test(readFileSync(`${dist}/${path}`, 'utf8')),
    );
    expect(naming).toEqual([]);
  });
});
