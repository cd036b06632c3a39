import { Controller, Get, Logger, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BorderApp, startBorderApp } from '../../../test/support/border-app.js';
import { rawExchange } from '../../../test/support/raw-http.js';
import { newApiKey } from '../../config/api-key-format.js';
import { HttpRefusal } from '../../errors.js';
import { requestFacts } from './request-facts.js';

const ORIGIN = 'https://chat.example.com';
let calls = 0;

@Controller()
class ProbeController {
  private readonly logger = new Logger('Probe');

  @Post('mcp')
  mcp(@Req() incoming: Request): object {
    calls += 1;
    return requestFacts(incoming);
  }

  @Get('health')
  health(): object {
    return { status: 'ok' };
  }

  @Get('logs-twice')
  async logsTwice(): Promise<object> {
    this.logger.warn('before waiting');
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.logger.warn('after waiting');
    return {};
  }

  @Get('refuses')
  refuses(): never {
    throw new HttpRefusal(401, 'unauthorized', 'Sign in.', { 'WWW-Authenticate': 'Bearer realm="x"' }, 'invalid_token');
  }

  @Get('breaks')
  breaks(): never {
    throw new Error('secret detail of the inside');
  }

  @Get('breaks-midway')
  breaksMidway(@Res() response: Response): never {
    response.write('half');
    throw new Error('too late');
  }
}

let border: BorderApp;

beforeAll(async () => {
  border = await startBorderApp([ProbeController], {
    PUBLIC_URL: 'https://mcp.example.com',
    CORS_ALLOWED_ORIGINS: ORIGIN,
    TRUSTED_PROXIES: '127.0.0.0/8',
  });
});

afterAll(() => border.app.close());

beforeEach(() => {
  calls = 0;
  border.log.lines.length = 0;
});

describe('request ids', () => {
  it('makes its own request id and returns the well-formed correlation id of the client [D7]', async () => {
    const answer = await request(border.url).post('/mcp').set('X-Correlation-ID', 'ticket-4711');
    expect(answer.headers['x-correlation-id']).toBe('ticket-4711');
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.body).toMatchObject({
      requestId: answer.headers['x-request-id'],
      correlationId: 'ticket-4711',
      path: '/mcp',
    });
  });

  it.each([['x'.repeat(129)], ['a b'], ['<script>'], ['a;b']])(
    'drops the malformed correlation id %s and uses the request id [D7][PXY-09]',
    async (id) => {
      const answer = await request(border.url).post('/mcp').set('X-Correlation-ID', id);
      expect(answer.headers['x-correlation-id']).toBe(answer.headers['x-request-id']);
    },
  );

  it.each(['X-Correlation-ID', 'X-Request-Id'])(
    'takes no credential for a correlation id in %s [D7][LOG-03]',
    async (name) => {
      for (const credential of [newApiKey(), 'AKIAIOSFODNN7EXAMPLE', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.c2ln']) {
        const answer = await request(border.url).post('/mcp').set(name, credential);
        expect(answer.headers['x-correlation-id']).toBe(answer.headers['x-request-id']);
      }
    },
  );

  it('never takes the client request id for its own [PXY-09]', async () => {
    const answer = await request(border.url).post('/mcp').set('X-Request-Id', 'chosen-by-client');
    expect(answer.headers['x-request-id']).not.toBe('chosen-by-client');
    expect(answer.headers['x-correlation-id']).toBe('chosen-by-client');
  });

  it('writes both ids on every line logged in the course of the request, and only its own [D7]', async () => {
    const ids = ['one', 'two', 'three'];
    await Promise.all(ids.map((id) => request(border.url).get('/logs-twice').set('X-Correlation-ID', id)));
    const lines = border.log.lines.filter((line) => line.context === 'Probe');
    expect(lines).toHaveLength(6);
    expect(new Set(lines.map((line) => JSON.stringify([line.correlation_id, line.request_id]))).size).toBe(3);
    for (const id of ids) expect(lines.filter((line) => line.correlation_id === id)).toHaveLength(2);
    expect(lines.map((line) => line.client)).toEqual(lines.map(() => ({ ip: '127.0.0.1' })));
  });

  it('takes the client address from the rightmost untrusted entry [PXY-01]', async () => {
    const answer = await request(border.url).post('/mcp').set('X-Forwarded-For', '1.2.3.4, 203.0.113.9');
    expect(answer.body.clientIp).toBe('203.0.113.9');
  });
});

describe('security headers', () => {
  it.each(['/mcp', '/health', '/unknown', '/refuses', '/breaks', '/%FF', '/%'])(
    'are on %s, whatever its answer [CFG-05]',
    async (path) => {
      const { headers } = await request(border.url).get(path);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'strict-transport-security': expect.stringContaining('max-age=31536000') as string,
      });
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('server');
    },
  );

  it('leave out HSTS when clients come by http', async () => {
    const plain = await startBorderApp([ProbeController]);
    const { headers } = await request(plain.url).get('/health');
    await plain.app.close();
    expect(headers).not.toHaveProperty('strict-transport-security');
  });
});

describe('host', () => {
  it.each(['evil.test', 'localhost.evil.test', 'localhost@evil.test', '10.0.1.23', 'mcp.example.com.evil.test', ''])(
    'refuses "%s" with a JSON-RPC error without id and one event [DNS-01][DNS-03]',
    async (host) => {
      const answer = await request(border.url).post('/mcp').set('Host', host);
      expect(answer.status).toBe(403);
      expect(answer.body).toEqual({ jsonrpc: '2.0', error: { code: -32600, message: expect.any(String) as string } });
      expect(answer.text).not.toContain('mcp.example.com');
      expect(answer.headers).not.toHaveProperty('www-authenticate');
      expect(border.log.events('auth.failure')).toMatchObject([{ auth: { reason: 'host_denied' } }]);
      expect(calls).toBe(0);
    },
  );

  it.each([
    ['two Hosts', 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n', 400],
    ['no Host', 'POST /mcp HTTP/1.1\r\n\r\n', 400],
    ['no Host in HTTP/1.0', 'POST /mcp HTTP/1.0\r\n\r\n', 403],
    ['a foreign target', 'POST http://evil.test/mcp HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    ['no target', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
  ])('refuses %s in JSON [DNS-01]', async (_, head, status) => {
    const [answer] = await rawExchange(border.port, head);
    expect(answer?.status).toBe(status);
    expect(JSON.parse(answer?.body ?? '')).toHaveProperty(status === 400 ? 'error_description' : 'jsonrpc');
    expect(calls).toBe(0);
  });

  it.each(['mcp.example.com', 'MCP.example.com:8443', 'localhost:3334', '127.0.0.1', '[::1]:3334'])(
    'answers under "%s", whatever the port',
    async (host) => {
      expect((await request(border.url).post('/mcp').set('Host', host)).status).toBe(201);
    },
  );

  it('lets balancers probe /health by address, and nothing else [DNS-03]', async () => {
    expect((await request(border.url).get('/health').set('Host', '10.0.1.23')).status).toBe(200);
    for (const path of ['/health/../mcp', '/healthz', '/unknown', '//health', '/HEALTH']) {
      expect((await request(border.url).get(path).set('Host', '10.0.1.23')).status).toBe(403);
    }
  });
});

describe('origin', () => {
  it.each(['https://evil.test', 'null', 'https://chat.example.com.evil.test', 'http://chat.example.com', `${ORIGIN}/`])(
    'refuses "%s" with 403, one event and no CORS header [COR-03][COR-05]',
    async (origin) => {
      const answer = await request(border.url).post('/mcp').set('Origin', origin);
      expect(answer.status).toBe(403);
      expect(answer.body).toEqual({ jsonrpc: '2.0', error: { code: -32600, message: expect.any(String) as string } });
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      expect(answer.text).not.toContain(ORIGIN);
      expect(border.log.events('auth.failure')).toMatchObject([
        { auth: { reason: 'origin_denied' }, detail: expect.stringContaining(origin) as string },
      ]);
      expect(calls).toBe(0);
    },
  );

  it('refuses the preflight of a foreign origin without CORS headers [COR-02]', async () => {
    const answer = await request(border.url)
      .options('/mcp')
      .set({ Origin: 'https://evil.test', 'Access-Control-Request-Method': 'POST' });
    expect(answer.status).toBe(403);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('answers the preflight of an allowed origin with 204 and no event [COR-01]', async () => {
    const answer = await request(border.url).options('/mcp').set({
      Origin: ORIGIN,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization, content-type, mcp-param-region, x-evil',
    });
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'POST, OPTIONS',
      vary: expect.stringContaining('Origin') as string,
    });
    const allowed = answer.headers['access-control-allow-headers']?.split(', ');
    for (const name of ['authorization', 'content-type', 'x-correlation-id', 'mcp-protocol-version', 'mcp-method']) {
      expect(allowed).toContain(name);
    }
    for (const name of ['mcp-name', 'mcp-session-id', 'mcp-param-region']) expect(allowed).toContain(name);
    expect(allowed).not.toContain('x-evil');
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    expect(border.log.events('auth.failure')).toEqual([]);
  });

  it('lets an allowed origin read errors and their headers [COR-08]', async () => {
    const answer = await request(border.url).get('/refuses').set('Origin', ORIGIN);
    expect(answer.status).toBe(401);
    expect(answer.headers['access-control-allow-origin']).toBe(ORIGIN);
    for (const name of ['WWW-Authenticate', 'Mcp-Session-Id', 'Retry-After']) {
      expect(answer.headers['access-control-expose-headers']).toContain(name);
    }
  });

  it('lets clients without an Origin pass [D5]', async () => {
    expect((await request(border.url).post('/mcp')).status).toBe(201);
  });
});

describe('refusals', () => {
  it('carry status, headers and a fixed JSON body', async () => {
    const answer = await request(border.url).get('/refuses');
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="x"');
    expect(answer.body).toEqual({ error: 'invalid_token', error_description: 'Sign in.' });
  });

  it.each([
    ['/unknown<script>', 404, 'not_found'],
    ['/%FF', 400, 'invalid_request'],
  ])('answer %s in JSON without repeating it', async (path, status, error) => {
    const answer = await request(border.url).get(path);
    expect(answer.status).toBe(status);
    expect(answer.type).toBe('application/json');
    expect(answer.body).toMatchObject({ error });
    expect(answer.text).not.toMatch(/<script|%FF/);
  });

  it('hide the inside of a fault and name the request id under which it is logged with its stack', async () => {
    const answer = await request(border.url).get('/breaks');
    expect(answer.status).toBe(500);
    const id = answer.headers['x-request-id'];
    expect(answer.body).toEqual({
      error: 'internal',
      error_description: `Internal error. Give the operator this request id: ${id}`,
    });
    expect(border.log.lines.filter((line) => line.level === 'error')).toMatchObject([
      {
        request_id: id,
        err: { message: 'secret detail of the inside', stack: expect.stringContaining('at ') as string },
      },
    ]);
  });

  it('break the connection off when half an answer is out', async () => {
    await expect(request(border.url).get('/breaks-midway')).rejects.toThrow(/aborted|hang up|reset/i);
  });

  it('reach a client that is still sending a large body', async () => {
    const answer = await fetch(`${border.url}/mcp`, {
      method: 'POST',
      headers: { Origin: 'https://evil.test' },
      body: new Uint8Array(1_000_000),
    });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('connection')).toBe('close');
  });
});

describe('log', () => {
  it('never holds queries, credentials or bodies', async () => {
    const secret = 'canary-canary-canary-canary';
    await request(border.url)
      .get(`/breaks?access_token=${secret}`)
      .set({ Authorization: `Bearer ${secret}`, Cookie: `s=${secret}`, 'X-Api-Key': secret });
    await request(border.url).post(`/mcp?key=${secret}`).set('Origin', 'https://evil.test').send({ secret });
    expect(border.log.lines.length).toBeGreaterThan(1);
    expect(JSON.stringify(border.log.lines)).not.toContain(secret);
  });
});
