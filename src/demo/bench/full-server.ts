import { loadAppConfig } from '../../config/app-config.js';
import { startApp } from '../../start-app.js';
import { serveParent } from './child.js';

/** Candidate b: the whole server, everything on, configured by its variables. */
await serveParent(async () => {
  const app = await startApp(loadAppConfig(process.env));
  return { url: `${app.url}/mcp` };
});
