import { loadAppConfig } from './config/app-config.js';
import { takeEnvironment } from './config/environment.js';
import { FaultExitService } from './security-monitoring/audit/fault-exit.service.js';
import { startApp } from './start-app.js';
import { startFailureText } from './start-failure.js';

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
  console.error(startFailureText(error));
  process.exit(1);
}
