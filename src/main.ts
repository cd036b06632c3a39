import { loadAppConfig } from './config/app-config.js';
import { takeEnvironment } from './config/environment.js';
import { ConfigurationInvalid, StartFailed } from './errors.js';
import { maskSecrets } from './secret-masking.js';
import { FaultExitService } from './security-monitoring/audit/fault-exit.service.js';
import { startApp } from './start-app.js';

try {
  const starting = startApp(loadAppConfig(takeEnvironment()));
  // Before it listens, so that no signal ends it in disorder; a second one of a kind does, at once.
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(
      signal,
      () => void starting.then((running) => running.close(signal)).then(() => process.exit(0), giveUp),
    );
  }
  const running = await starting;
  running.app.get(FaultExitService).watch(() => running.close());
} catch (error) {
  giveUp(error);
}

function giveUp(error: unknown): never {
  // What the operator can mend is said in words; anything else is our fault and needs its stack.
  const mendable = error instanceof ConfigurationInvalid || error instanceof StartFailed;
  const text = error instanceof Error ? (mendable ? error.message : (error.stack ?? error.message)) : String(error);
  // SECURITY: the stack only, since errors of HTTP clients carry whole requests as properties.
  console.error(mendable ? text : maskSecrets(text).text);
  process.exit(1);
}
