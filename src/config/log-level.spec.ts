import { describe, expect, it } from 'vitest';
import { ConfigurationInvalid } from '../errors.js';
import { loadAppConfig } from './app-config.js';

const levelOf = (env: Record<string, string>): string => loadAppConfig({ ENABLE_AUTH: 'false', ...env }).logLevel;

describe.each(['LOG_LEVEL', 'FASTMCP_LOG_LEVEL'])('%s', (name) => {
  it.each([
    ['DEBUG', 'debug'],
    ['INFO', 'info'],
    ['WARNING', 'warn'],
    ['ERROR', 'error'],
    ['CRITICAL', 'fatal'],
    ['warning', 'warn'],
    ['warn', 'warn'],
    ['', 'info'],
  ])('understands "%s" [E3]', (given, level) => {
    expect(levelOf({ [name]: given })).toBe(level);
  });

  it('is refused when there is no such level, by its name and without its value', () => {
    const problems = (() => {
      try {
        return [levelOf({ [name]: 'canary' })];
      } catch (error) {
        return error instanceof ConfigurationInvalid ? error.problems : [];
      }
    })();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name}: must be DEBUG, INFO, WARNING, ERROR or CRITICAL`));
    expect(problems[0]).not.toContain('canary');
  });
});

describe('the log level', () => {
  it('is INFO by default, and LOG_LEVEL goes before its older name [E3]', () => {
    expect(levelOf({})).toBe('info');
    expect(levelOf({ LOG_LEVEL: 'ERROR', FASTMCP_LOG_LEVEL: 'DEBUG' })).toBe('error');
  });
});
