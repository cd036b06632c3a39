import { loadAppConfig } from '../../src/config/app-config.js';
import { ConfigurationInvalid } from '../../src/errors.js';

/** What is wrong with an environment; empty when the server starts with it. */
export function configurationProblems(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  try {
    loadAppConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationInvalid) return error.problems;
    throw error;
  }
}
