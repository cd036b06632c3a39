/** The version of this program; a test holds it equal to package.json, which is not at hand where it is installed. */
export const VERSION = '0.1.0';
export const PROGRAM = 'cloudwatch-mcp-bridge';
