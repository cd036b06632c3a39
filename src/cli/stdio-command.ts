import { takeStandardOutput } from '../stdio/standard-output.js';
import { type Command, UsageMistake } from './command.js';

/** Serves one local user over standard input and output, as MCP clients start a server on their own machine. */
export const stdio: Command = {
  usage: 'stdio',
  summary: 'serves one local user over standard input and output, with AWS_PROFILE or the default AWS credentials',
  run: async (args) => {
    if (args.length > 0) throw new UsageMistake('stdio takes no arguments; it is configured by environment variables');
    const output = takeStandardOutput();
    const { runStdioProcess } = await import('../stdio/stdio-process.js');
    await runStdioProcess(output);
  },
};
