/** Variables that hold secrets and that nothing needs once the configuration is read. */
const SECRETS = ['API_KEYS', 'OAUTH_CLIENT_SECRET', 'STATE_SECRET', 'REDIS_URL'] as const;

/**
 * A copy of the environment (of this process, unless another is given), whose secrets are then removed from it: a child process, a crash report or a library that
 * prints the environment finds none.
 */
export function takeEnvironment(env: NodeJS.ProcessEnv = process.env): Readonly<Record<string, string | undefined>> {
  const taken = { ...env };
  for (const name of SECRETS) delete env[name];
  return taken;
}
