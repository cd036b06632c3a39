/**
 * What an entry of the MCP registry must look like, written from its documentation:
 * https://modelcontextprotocol.io/registry/package-types and
 * https://github.com/modelcontextprotocol/registry/tree/main/docs/reference/server-json (format 2025-12-11), as of
 * 2026-11-21. Stricter than the registry in one thing: a member that the documentation does not name is refused.
 */
export const REGISTRY_SCHEMA = {
  type: 'object',
  required: ['$schema', 'name', 'description', 'version', 'packages'],
  additionalProperties: false,
  properties: {
    $schema: { const: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json' },
    // A domain backwards, one slash, a name.
    name: { type: 'string', minLength: 3, maxLength: 200, pattern: '^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$' },
    title: { type: 'string', minLength: 1, maxLength: 100 },
    description: { type: 'string', minLength: 1, maxLength: 100 },
    version: { $ref: '#/$defs/version' },
    websiteUrl: { type: 'string', pattern: '^https://' },
    repository: {
      type: 'object',
      required: ['url', 'source'],
      additionalProperties: false,
      properties: {
        url: { type: 'string', pattern: '^https://' },
        source: { type: 'string' },
        id: { type: 'string' },
        subfolder: { type: 'string' },
      },
    },
    packages: { type: 'array', minItems: 1, items: { $ref: '#/$defs/package' } },
  },
  $defs: {
    // One release: neither a range nor "latest".
    version: { type: 'string', minLength: 1, maxLength: 255, pattern: '^\\d+\\.\\d+\\.\\d+(-[\\w.]+)?$' },
    package: {
      type: 'object',
      required: ['registryType', 'identifier', 'version', 'transport'],
      additionalProperties: false,
      properties: {
        registryType: { const: 'npm' },
        registryBaseUrl: { const: 'https://registry.npmjs.org' },
        identifier: { type: 'string', pattern: '^(@[a-z0-9-]+/)?[a-z0-9-]+$' },
        version: { $ref: '#/$defs/version' },
        runtimeHint: { enum: ['npx'] },
        transport: {
          type: 'object',
          required: ['type'],
          additionalProperties: false,
          properties: { type: { const: 'stdio' } },
        },
        packageArguments: { type: 'array', items: { $ref: '#/$defs/argument' } },
        environmentVariables: { type: 'array', items: { $ref: '#/$defs/variable' } },
      },
    },
    argument: {
      type: 'object',
      required: ['type'],
      anyOf: [{ required: ['value'] }, { required: ['valueHint'] }],
      additionalProperties: false,
      properties: { type: { const: 'positional' }, value: { type: 'string' }, valueHint: { type: 'string' } },
    },
    variable: {
      type: 'object',
      required: ['name'],
      additionalProperties: false,
      properties: {
        name: { type: 'string', pattern: '^[A-Z][A-Z0-9_]*$' },
        description: { type: 'string' },
        format: { enum: ['string', 'number', 'boolean', 'filepath'] },
        isRequired: { type: 'boolean' },
        isSecret: { type: 'boolean' },
        default: { type: 'string' },
        placeholder: { type: 'string' },
        value: { type: 'string' },
        choices: { type: 'array', items: { type: 'string' } },
      },
    },
  },
} as const;
