import { describe, expect, it } from 'vitest';
import { assembleSessions } from './sessions-config.js';
import { settingsSchema } from './settings.js';

const read = (env: Readonly<Record<string, string | undefined>>) => {
  const findings = { problems: [], warnings: [] };
  return { sessions: assembleSessions(settingsSchema.parse(env), findings), ...findings };
};

describe('assembleSessions', () => {
  it('keeps none unless it is told to', () => {
    for (const env of [{}, { MCP_LEGACY_SESSIONS: 'false' }, { MCP_SESSION_IDLE_SECONDS: '60' }]) {
      expect(read({ ...env, EXPECTED_REPLICAS: '3' })).toEqual({ sessions: undefined, problems: [], warnings: [] });
    }
  });

  it('keeps a session for a quarter of an hour, or as long as it is told to', () => {
    expect(read({ MCP_LEGACY_SESSIONS: 'true' }).sessions).toEqual({ idleSeconds: 900 });
    const env = { MCP_LEGACY_SESSIONS: 'true', MCP_SESSION_IDLE_SECONDS: '60' };
    expect(read(env)).toEqual({ sessions: { idleSeconds: 60 }, problems: [], warnings: [] });
  });

  it('warns that several replicas need sticky routing', () => {
    const { warnings } = read({ MCP_LEGACY_SESSIONS: 'true', EXPECTED_REPLICAS: '2' });
    expect(warnings).toEqual([expect.stringMatching(/^MCP_LEGACY_SESSIONS .*Mcp-Session-Id/)]);
  });
});
