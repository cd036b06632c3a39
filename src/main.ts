import { loadAppConfig } from './config/app-config.js';
import { takeEnvironment } from './config/environment.js';
import { ConfigurationInvalid, StartFailed } from './errors.js';
import { startApp } from './start-app.js';

try {
  const { app } = await startApp(loadAppConfig(takeEnvironment()));
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
} catch (error) {
  // What the operator can mend is said in words; anything else is our fault and needs its stack.
  const mendable = error instanceof ConfigurationInvalid || error instanceof StartFailed;
  console.error(mendable ? error.message : error);
  process.exit(1);
}
