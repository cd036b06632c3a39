import { describe, expect, it } from 'vitest';
import { RecordedLog } from '../../../test/support/border-app.js';
import { ServiceError } from '../../errors.js';
import { auditLevel, createLog } from './log.factory.js';

const SECRET = 'canary-0123456789';

describe('createLog', () => {
  it.each(['authorization', 'cookie', 'set-cookie', 'x-api-key', 'proxy-authorization'])(
    'redacts the header %s of anything logged with its headers',
    (name) => {
      const lines = new RecordedLog();
      const log = createLog('info', lines);
      log.info({
        headers: { [name]: SECRET },
        request: { headers: { [name]: SECRET } },
        response: { headers: { [name]: SECRET } },
      });
      expect(lines.lines[0]).toMatchObject({ headers: { [name]: '[redacted]' } });
      expect(JSON.stringify(lines.lines)).not.toContain(SECRET);
    },
  );

  it('logs of an error its type, text, stack and causes, and none of what hangs on it', () => {
    const lines = new RecordedLog();
    const upstream = Object.assign(new TypeError('fetch failed'), {
      code: 'ECONNREFUSED',
      config: { headers: { Authorization: SECRET } },
      response: { body: SECRET },
    });
    createLog('info', lines).error({
      err: new ServiceError('idp_unavailable', 'Try again.', { cause: upstream, detail: 'keys of idp' }),
    });
    expect(lines.lines[0]?.err).toMatchObject({
      type: 'ServiceError',
      message: 'Try again.',
      code: 'idp_unavailable',
      detail: 'keys of idp',
      stack: expect.stringContaining('at ') as string,
      cause: { type: 'TypeError', message: 'fetch failed', code: 'ECONNREFUSED' },
    });
    expect(JSON.stringify(lines.lines)).not.toContain(SECRET);
  });

  it('logs of a request its method and path, without query, headers or body', () => {
    const lines = new RecordedLog();
    const req = { method: 'POST', url: `/mcp?token=${SECRET}`, headers: { authorization: SECRET }, body: SECRET };
    createLog('info', lines).info({ req });
    expect(lines.lines[0]?.req).toEqual({ method: 'POST', path: '/mcp' });
  });

  it('writes nothing below its level', () => {
    const lines = new RecordedLog();
    createLog('warn', lines).info('quiet');
    expect(lines.lines).toEqual([]);
  });
});

describe('auditLevel', () => {
  it.each([
    [undefined, 'error', 'error'],
    [undefined, 'info', 'info'],
    ['stdout', 'fatal', 'info'],
    ['/var/log/audit.jsonl', 'warn', 'info'],
    ['/var/log/audit.jsonl', 'debug', 'debug'],
    ['stderr', 'trace', 'trace'],
  ])(
    'with AUDIT_LOG %s and LOG_LEVEL %s is %s: an audit log that was asked for is whole [D1]',
    (auditLog, logLevel, level) => {
      expect(auditLevel({ auditLog, logLevel })).toBe(level);
    },
  );
});
