import { takeEnvironment } from '../config/environment.js';
import { type Command, UsageMistake } from './command.js';

/** Holds the configuration against the world and prints what it found. Exit code 1 when something failed. */
export const doctor: Command = {
  usage: 'doctor [--json]',
  summary:
    'checks the configuration against the world: issuers, clocks, AWS identity, every role; exit code 1 on a failure',
  run: async (args) => {
    const unknown = args.find((arg) => arg !== '--json');
    if (unknown !== undefined) throw new UsageMistake(`doctor does not know ${JSON.stringify(unknown.slice(0, 40))}`);
    const { examine } = await import('../doctor/doctor.factory.js');
    const { diagnosisText } = await import('../doctor/diagnosis-text.js');
    const diagnosis = await examine(takeEnvironment());
    console.log(args.length > 0 ? JSON.stringify(diagnosis, undefined, 2) : diagnosisText(diagnosis));
    if (!diagnosis.healthy) process.exitCode = 1;
  },
};
