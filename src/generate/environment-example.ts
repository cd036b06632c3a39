import { settingNotes } from '../config/settings.js';
import { SETTING_GROUPS } from './setting-groups.js';

const HEAD = `# Every variable of the server, each switched off. Written from the code by npm run generate.
# Copy this file, take the # from the lines you need and give them your values: docs/configuration.md says more.
# No quotes around values, no comment behind one: not every program that reads such a file knows them.`;

/** A file of every variable, in comments, with meaning, default and example. */
export function environmentExample(): string {
  const groups = SETTING_GROUPS.map(({ title, entries }) => {
    const variables = entries.map(([name, byDefault]) => {
      const { description, example } = settingNotes(name);
      return `# ${description}\n# Default: ${byDefault.replaceAll('`', '')}\n#${name}=${example}`;
    });
    return [`## ${title}`, ...variables].join('\n\n');
  });
  return `${[HEAD, ...groups].join('\n\n')}\n`;
}
