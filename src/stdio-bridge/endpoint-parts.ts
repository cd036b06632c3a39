import { EndpointClient } from './endpoint-client.js';
import type { Place } from './failure-words.js';
import type { Journal } from './journal.js';
import { KeySource } from './key-source.js';
import { createPoster, type Poster } from './mcp-post.js';
import type { Options } from './options.js';

/** What is needed to talk to the server. */
export interface EndpointParts {
  readonly client: EndpointClient;
  readonly key: KeySource;
  readonly place: Place;
  readonly post: Poster;
}

/** Puts together what talks to the server; nothing is connected and no key is read yet. */
export function createEndpointParts(
  { endpoint, key: setting, verifyTls, proxy }: Options,
  journal: Journal,
): EndpointParts {
  if (!verifyTls) {
    journal.warn(
      'WARNING: MCP_VERIFY_TLS=false, so the certificate of the server is not checked and anyone in between can read ' +
        'the API key. For development only.',
    );
  }
  const place = { shown: endpoint.shown, keyVariable: setting?.from };
  const client = new EndpointClient(endpoint, place, { verifyTls, proxy });
  const key = new KeySource(setting, (words) => journal.warn(words), Date.now);
  const post = createPoster({ client, path: endpoint.path, place, key, now: Date.now });
  return { client, key, place, post };
}
