#!/usr/bin/env node
import { apiKey } from './api-key-command.js';
import { type Command, UsageMistake } from './command.js';
import { doctor } from './doctor-command.js';
import { health } from './health-command.js';
import { serve } from './serve-command.js';
import { stdio } from './stdio-command.js';

const PROGRAM = 'cloudwatch-mcp-server';

const COMMANDS: Readonly<Record<string, Command>> = { serve, stdio, doctor, health, 'api-key': apiKey };

const [name = 'serve', ...args] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;

try {
  if (name === '--help' || name === 'help') console.log(usage());
  else if (command === undefined) throw new UsageMistake(`there is no command ${JSON.stringify(name.slice(0, 40))}`);
  else await command.run(args);
} catch (error) {
  if (!(error instanceof UsageMistake)) throw error;
  console.error(`${PROGRAM}: ${error.message}\n${usage(command)}`);
  process.exitCode = 1;
}

/** How one command is called, or all of them. */
function usage(only?: Command): string {
  const commands = only === undefined ? Object.values(COMMANDS) : [only];
  return commands.map((each) => `usage: ${PROGRAM} ${each.usage}\n         ${each.summary}`).join('\n');
}
