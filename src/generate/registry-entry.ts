import { type SettingName, settingNotes } from '../config/settings.js';
import { BRIDGE_PACKAGE, type ProjectManifest } from './npm-packages.js';

const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';
const NPM = 'https://registry.npmjs.org';

/** A variable as a client asks its user for it. */
interface Variable {
  readonly name: string;
  readonly description: string;
  readonly placeholder?: string;
  readonly isRequired?: boolean;
  readonly isSecret?: boolean;
  readonly format?: 'filepath' | 'boolean' | 'number';
}

/** What a local user is asked for; everything has a default. */
const LOCAL_SETTINGS: readonly SettingName[] = ['AWS_PROFILE', 'AWS_REGION', 'TOOLSETS', 'ALLOWED_LOG_GROUPS'];

const BRIDGE_VARIABLES: readonly Variable[] = [
  {
    name: 'MCP_SERVER_URL',
    description: 'address of the CloudWatch MCP server',
    placeholder: 'https://mcp.example.com',
    isRequired: true,
  },
  { name: 'MCP_API_KEY', description: 'API key or access token; or name a file or a command', isSecret: true },
  { name: 'MCP_API_KEY_FILE', description: 'file with only the key in it', format: 'filepath' },
  {
    name: 'MCP_API_KEY_COMMAND',
    description: 'program that prints the key',
    placeholder: 'op read op://vault/mcp/key',
  },
  { name: 'HTTPS_PROXY', description: 'HTTP proxy to go through', placeholder: 'http://proxy.example.com:3128' },
  { name: 'NODE_EXTRA_CA_CERTS', description: "file with the company's certificate authority", format: 'filepath' },
];

/**
 * The entry of the MCP registry (server.json): both packages, each as an MCP client starts it. No address of a server,
 * since everyone runs their own.
 */
export function registryEntry({ name, version, mcpName }: ProjectManifest): object {
  return {
    $schema: SCHEMA,
    name: mcpName,
    title: 'AWS CloudWatch',
    description: 'AWS CloudWatch logs, metrics and alarms, with the rights that each person has in AWS',
    version,
    packages: [
      {
        ...npm(name, version),
        packageArguments: [{ type: 'positional', value: 'stdio' }],
        environmentVariables: LOCAL_SETTINGS.map(variable),
      },
      { ...npm(BRIDGE_PACKAGE, version), environmentVariables: BRIDGE_VARIABLES },
    ],
  };
}

function npm(identifier: string, version: string): object {
  const transport = { type: 'stdio' };
  return { registryType: 'npm', registryBaseUrl: NPM, identifier, version, runtimeHint: 'npx', transport };
}

function variable(name: SettingName): Variable {
  const { description, example } = settingNotes(name);
  return { name, description, placeholder: example };
}
