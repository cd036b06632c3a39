import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BUSY_MS } from '../../../test/support/busy.js';
import { LocalIssuer } from '../../../test/support/local-issuer.js';
import { KeySetClient } from './key-set.client.js';

let issuer: LocalIssuer;
beforeAll(async () => {
  issuer = await LocalIssuer.start();
});
afterAll(() => issuer.stop());
afterEach(() => {
  issuer.fault = () => false;
  issuer.paths.length = 0;
});

const DISCOVERY = '/.well-known/openid-configuration';

/** Answers the discovery document with this in place of the issuer's own. */
function discovery(document: object): void {
  issuer.fault = (path, response) => {
    if (path !== DISCOVERY) return false;
    response.end(JSON.stringify(document));
    return true;
  };
}

describe('KeySetClient', () => {
  it('asks the discovery document for the address once, then the address alone [A4]', async () => {
    const client = new KeySetClient(issuer.url);
    expect(await client.fetchKeys()).toEqual(issuer.published);
    await client.fetchKeys();
    expect(issuer.paths).toEqual([DISCOVERY, '/keys', '/keys']);
  });

  it('asks /.well-known/jwks.json where there is no discovery document [A4]', async () => {
    issuer.fault = (path, response) => {
      if (path !== '/.well-known/jwks.json') return path === DISCOVERY && Boolean(response.writeHead(404).end());
      response.end(JSON.stringify({ keys: [{ kid: 'here' }] }));
      return true;
    };
    expect(await new KeySetClient(issuer.url).fetchKeys()).toEqual([{ kid: 'here' }]);
  });

  it('asks a configured address and no other, even when it fails [A4]', async () => {
    const client = new KeySetClient('https://idp.test', `${issuer.url}/keys`);
    expect(await client.fetchKeys()).toEqual(issuer.published);
    issuer.fault = (_path, response) => Boolean(response.writeHead(404).end());
    await expect(client.fetchKeys()).rejects.toThrow('status 404');
    expect(issuer.paths).toEqual(['/keys', '/keys']);
  });

  it('looks for the address again after a failure', async () => {
    const client = new KeySetClient(issuer.url);
    await client.fetchKeys();
    issuer.fault = (_path, response) => Boolean(response.writeHead(500).end());
    await expect(client.fetchKeys()).rejects.toThrow('status 500');
    issuer.fault = () => false;
    await client.fetchKeys();
    expect(issuer.paths).toEqual([DISCOVERY, '/keys', '/keys', DISCOVERY, '/keys']);
  });

  it('does not believe a discovery document of another issuer', async () => {
    discovery({ issuer: `${issuer.url}/`, jwks_uri: `${issuer.url}/keys` });
    await expect(new KeySetClient(issuer.url).fetchKeys()).rejects.toThrow('names another issuer');
    expect(issuer.keyFetches).toBe(0);
  });

  it.each(['file:///etc/passwd', 'http://127.0.0.1:1/keys', 'ftp://x.test/', 'keys', 'https://user:pass@idp.test/'])(
    'does not go to %s',
    async (jwks_uri) => {
      discovery({ issuer: issuer.url, jwks_uri });
      await expect(new KeySetClient(issuer.url).fetchKeys()).rejects.toThrow('not https');
    },
  );

  it('follows no redirect [JWK-09]', async () => {
    issuer.fault = (path, response) =>
      path === '/keys' && Boolean(response.writeHead(302, { location: `${issuer.url}/elsewhere` }).end());
    await expect(new KeySetClient(issuer.url).fetchKeys()).rejects.toThrow('redirect refused');
    expect(issuer.paths).not.toContain('/elsewhere');
  });

  it('stops reading at 1 MB', async () => {
    let sent = 0;
    issuer.fault = (path, response) => {
      if (path !== '/keys') return false;
      const more = (): void => {
        while (!response.destroyed && sent < 200 * 1024 * 1024) {
          sent += 65_536;
          if (!response.write('x'.repeat(65_536))) return void response.once('drain', more);
        }
      };
      more();
      return true;
    };
    await expect(new KeySetClient(issuer.url).fetchKeys()).rejects.toThrow('larger than 1 MB');
    expect(sent).toBeLessThan(50 * 1024 * 1024);
  });

  it('waits 3 s in all, for silence and for a body that trickles [JWK-07]', async () => {
    issuer.fault = (path, response) => {
      if (path !== '/keys') return false;
      const timer = setInterval(() => response.write(' '), 200);
      response.once('close', () => clearInterval(timer));
      return true;
    };
    const silent = await LocalIssuer.start();
    silent.fault = () => true;
    const before = performance.now();
    const both = [issuer, silent].map(({ url }) =>
      new KeySetClient(url).fetchKeys().catch((error: Error) => error.message),
    );
    expect(await Promise.all(both)).toEqual(Array(2).fill('no complete answer within 3000 ms'));
    expect(performance.now() - before).toBeLessThan(3_000 + BUSY_MS);
    await silent.stop();
  });

  it.each([
    ['not JSON', '<html>', 'is not JSON'],
    ['no object', 'null', 'no JSON object'],
    ['without keys', '{}', 'no keys member'],
    ['of too many keys', `{"keys":[${'{},'.repeat(100)}{}]}`, 'more than 100 keys'],
  ])('refuses an answer that is %s', async (_name, body, message) => {
    issuer.fault = (path, response) => path === '/keys' && Boolean(response.end(body));
    await expect(new KeySetClient(issuer.url).fetchKeys()).rejects.toThrow(message);
  });

  it('says that nobody listens, without the address', async () => {
    const gone = await LocalIssuer.start();
    const { url } = gone;
    await gone.stop();
    const failure = await new KeySetClient(url).fetchKeys().catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: 'the request failed: ECONNREFUSED' });
  });
});
