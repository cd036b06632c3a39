import { describe, expect, it } from 'vitest';
import { type QueryLanguage, translate } from './other-languages.js';

describe('translate', () => {
  it.each<[QueryLanguage, string, object]>([
    ['CWLI', 'fields @message', { text: 'fields @message' }],
    ['SQL', 'SELECT * FROM `/a`', { text: 'fields @timestamp, @message', sources: ['/a'] }],
    [
      'SQL',
      "select `@message`, level from `/a` where level = 'ERROR' limit 5 -- takes 2s",
      { text: "fields `@message`, level | filter level = 'ERROR' | limit 5 # takes 2s", sources: ['/a'] },
    ],
    [
      'SQL',
      "SELECT * FROM `logGroups(logGroupIdentifier: ['/a', '/b'])`",
      { text: 'fields @timestamp, @message', sources: ['/a', '/b'] },
    ],
    ['PPL', 'source = `/a`', { text: 'fields @timestamp, @message', sources: ['/a'] }],
    [
      'PPL',
      'source=`/a` | where level = "ERROR" | fields level | head 3 // takes 1s',
      { text: 'filter level = "ERROR" | fields level | limit 3 # takes 1s', sources: ['/a'] },
    ],
    ['PPL', 'stats count(*) by level', { text: 'stats count(*) by level' }],
  ])('reads %s %j', (language, query, expected) => {
    expect(translate(query, language)).toEqual(expected);
  });

  it.each<[QueryLanguage, string]>([
    ['SQL', 'SELECT 1'],
    ['SQL', 'SELECT * FROM `/a` ORDER BY x'],
    ['PPL', 'source = `/a` | join x'],
  ])('does not know %s %j', (language, query) => {
    expect(() => translate(query, language)).toThrow(expect.objectContaining({ code: 'MalformedQueryException' }));
  });
});
