import { type Command, UsageMistake } from './command.js';

/** Starts the server as `main` does; what it is configured with is in the environment. */
export const serve: Command = {
  usage: '[serve]',
  summary: 'starts the server; it is configured by environment variables',
  run: async (args) => {
    if (args.length > 0) throw new UsageMistake('serve takes no arguments; it is configured by environment variables');
    await import('../main.js');
  },
};
