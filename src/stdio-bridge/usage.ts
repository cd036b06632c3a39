import { PROGRAM } from './version.js';

/** What `--help` prints. */
export const USAGE = `usage: ${PROGRAM} [--check | --help | --version]

Connects an MCP client that starts programs (standard input and output) to an MCP server over HTTPS.

  --check              try the connection step by step and say what to do about the first step that fails
  --help, --version

Environment:
  MCP_SERVER_URL       the server: an origin, to which /mcp is appended, or a full URL; https only, but for this computer
  MCP_API_KEY          the API key or access token, or one of the two:
  MCP_API_KEY_FILE     a file with only the key in it; read again when the server refuses the key
  MCP_API_KEY_COMMAND  a program that prints the key, with its arguments; run again when the server refuses the key.
                       No shell: arguments are divided at blanks, quotes keep blanks together, nothing is expanded
  MCP_TIMEOUT_SECONDS  until a request is given up, 1 to 3600; default 300
  MCP_VERIFY_TLS       false: do not check the server's certificate; for development only
  MCP_BRIDGE_DEBUG     true: one line on standard error for each message
  HTTPS_PROXY          an HTTP proxy to go through, and NO_PROXY: hosts to reach without it
  NODE_EXTRA_CA_CERTS  a PEM file with your company's certificate authority

The key is never taken from the command line, where every user of the computer can read it.
`;
