import { z } from 'zod';

// What each client reads, written down from its own documentation: none of them publishes a schema as a package.
// Everything is strict, as a misspelt member is what a client overlooks without a word.

const text = z.string().min(1);
const url = z.url({ protocol: /^https?$/ });

/** Texts in which only variables of this form occur. */
function interpolated(variable: RegExp): z.ZodType<string> {
  const rest = (value: string): string => value.replaceAll(variable, '');
  return text.refine((value) => !/[${}]/.test(rest(value)), 'a variable the client does not replace');
}

/** A program the client starts. Several clients cut arguments at spaces on Windows (README of mcp-remote 0.15.1). */
const program = {
  command: text,
  args: z.array(text.refine((arg) => !arg.includes(' '), 'a space within an argument')).optional(),
  env: z.record(text, z.string()).optional(),
};

/** modelcontextprotocol.io/docs/develop/connect-local-servers, read 2026-11-21: local programs only, never an address. */
export const claudeDesktop = z.strictObject({ mcpServers: z.record(text, z.strictObject(program)) });

const ofShell = interpolated(/\$\{\w+(?::-[^}]*)?\}/g);

/** code.claude.com/docs/en/mcp, read 2026-11-21: `.mcp.json`. Without `type` an entry is a local program. */
export const claudeCode = z.strictObject({
  mcpServers: z.record(
    z.string().regex(/^[\w-]+$/),
    z.discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('http'),
        url: ofShell.pipe(url),
        headers: z.record(text, ofShell).optional(),
        headersHelper: text.optional(),
        oauth: z
          .strictObject({
            clientId: text.optional(),
            callbackPort: z.int().positive().optional(),
            authServerMetadataUrl: z.url({ protocol: /^https$/ }).optional(),
            scopes: text.optional(),
          })
          .optional(),
        timeout: z.int().positive().optional(),
      }),
      z.strictObject({ type: z.literal('stdio'), ...program }),
    ]),
  ),
});

/**
 * code.visualstudio.com/docs/copilot/reference/mcp-configuration, read 2026-11-21 (its source of 2026-05-20, and
 * microsoft/vscode-docs pull request 9798 for `oauth`); strictness as in microsoft/vscode mcpConfiguration.ts.
 */
export const vsCode = z
  .strictObject({
    inputs: z
      .array(
        z.strictObject({
          type: z.literal('promptString'),
          id: text,
          description: text,
          password: z.boolean().optional(),
        }),
      )
      .optional(),
    servers: z.record(
      z.string().regex(/^\w+$/),
      z.strictObject({
        type: z.enum(['http', 'sse']),
        url,
        headers: z.record(text, interpolated(/\$\{(?:input:)?[\w-]+\}/g)).optional(),
        oauth: z.strictObject({ clientId: text }).optional(),
      }),
    ),
  })
  .refine(({ inputs = [], servers }) => {
    const asked = [...JSON.stringify(servers).matchAll(/\$\{input:([\w-]+)\}/g)].map(([, id]) => id);
    const known = new Set<string | undefined>(inputs.map(({ id }) => id));
    return asked.every((id) => known.has(id));
  }, 'an input that is not defined');

const ofEnvironment = interpolated(/\$\{(?:env:\w+|workspaceFolder|userHome)\}/g);

/** cursor.com/docs/mcp, read 2026-11-21: `mcp.json` with `auth` for a client of one's own. */
export const cursor = z.strictObject({
  mcpServers: z.record(
    text,
    z.union([
      z.strictObject({
        url: ofEnvironment.pipe(url),
        headers: z.record(text, ofEnvironment).optional(),
        auth: z
          .strictObject({
            CLIENT_ID: ofEnvironment,
            CLIENT_SECRET: ofEnvironment.optional(),
            scopes: z.array(text).optional(),
          })
          .optional(),
      }),
      z.strictObject({ type: z.literal('stdio').optional(), ...program, envFile: text.optional() }),
    ]),
  ),
});

const ofWindsurf = interpolated(/\$\{(?:env|file):[^}]+\}/g);

/** docs.windsurf.com/windsurf/cascade/mcp, read 2026-11-21. It names `url` too, which older versions do not connect to. */
export const windsurf = z.strictObject({
  mcpServers: z.record(
    text,
    z.union([
      z.strictObject({ serverUrl: ofWindsurf.pipe(url), headers: z.record(text, ofWindsurf).optional() }),
      z.strictObject(program),
    ]),
  ),
});

/**
 * goose-docs.ai guides/config-files, read 2026-11-21 at aaif-goose/goose 1c220d7, and `ExtensionConfig` of
 * crates/goose/src/agents/extension.rs at 20f87d1 for headers, whose `$NAME` comes from `env_keys`.
 */
export const goose = z.strictObject({
  extensions: z.record(
    z.string().regex(/^[a-z0-9_-]+$/),
    z
      .strictObject({
        type: z.literal('streamable_http'),
        name: text,
        description: z.string().optional(),
        enabled: z.boolean(),
        uri: url,
        envs: z.record(text, z.string()).optional(),
        env_keys: z.array(text).optional(),
        headers: z.record(text, z.string()).optional(),
        timeout: z.int().positive(),
        bundled: z.boolean().optional(),
        available_tools: z.array(text).optional(),
      })
      .refine(({ env_keys = [], envs = {}, headers = {} }) => {
        const named = [
          ...Object.values(headers)
            .join(' ')
            .matchAll(/\$\{?(\w+)\}?/g),
        ].map(([, name]) => name);
        return named.every((name) => name !== undefined && (env_keys.includes(name) || name in envs));
      }, 'a header names a variable that env_keys does not'),
  ),
});

/** modelcontextprotocol/inspector docs/mcp-server-configuration.md, read 2026-11-21 at 177739e. */
export const inspector = z.strictObject({
  mcpServers: z.record(
    text,
    z.strictObject({
      type: z.literal('http'),
      url,
      headers: z.record(text, text).optional(),
      protocolEra: z.enum(['legacy', 'auto', 'modern']).optional(),
    }),
  ),
});
