import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitCommand } from './key-command.js';

describe('splitCommand', () => {
  it.each([
    ['op read op://vault/key', ['op', 'read', 'op://vault/key']],
    ['  security find-generic-password  -w ', ['security', 'find-generic-password', '-w']],
    [String.raw`"C:\Program Files\op.exe" read 'a "b" c'`, [String.raw`C:\Program Files\op.exe`, 'read', 'a "b" c']],
    ['a --name="two words"x', ['a', '--name=two wordsx']],
    ['a "" b', ['a', '', 'b']],
    ['sh -c "echo $HOME; ls | cat" > x', ['sh', '-c', 'echo $HOME; ls | cat', '>', 'x']],
  ])('%s', (command, words) => {
    expect(splitCommand(command)).toEqual(words);
  });

  it('gives back any words that were quoted', () => {
    const word = fc.string().map((text) => text.replaceAll('"', ''));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        expect(splitCommand(words.map((each) => `"${each}"`).join(' '))).toEqual(words);
      }),
    );
  });

  it.each(['', '   ', 'a "b', "a 'b"])('refuses %j', (command) => {
    expect(() => splitCommand(command)).toThrow('MCP_API_KEY_COMMAND');
  });
});
