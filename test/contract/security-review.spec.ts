import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readMarkdown, readProjectFile } from './markdown.js';

const PATH = 'docs/security.md';
const MATRIX = fileURLToPath(new URL('../matrix', import.meta.url));

/** Something the page claims: the tests it links to, and the ids it says their titles have. */
interface Claim {
  readonly what: string;
  readonly tests: readonly string[];
  readonly ids: readonly string[];
}

const testsIn = (text: string): string[] =>
  [...text.matchAll(/\]\(\.\.\/(test\/[^)]+)\)/g)].map(([, path = '']) => path);
const idsIn = (text: string): string[] => text.match(/\b[A-Z]{1,3}\d*\b/g) ?? [];

function section(heading: string): string {
  const [, body = ''] = readMarkdown(PATH).text.split(`\n## ${heading}\n`);
  return body.split(/^## /m)[0] ?? '';
}

function rows(heading: string): Claim[] {
  const lines = section(heading)
    .split('\n')
    .filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) => {
    const [, what = '', how = '', shown = '', ids = ''] = line.split('|').map((cell) => cell.trim());
    return { what, tests: testsIn(how + shown), ids: idsIn(ids) };
  });
}

function answers(heading: string): Claim[] {
  return section(heading)
    .split(/^\d+\. /m)
    .slice(1)
    .map((text) => {
      const [, ids = ''] = /\(([^()]+)\)\s*$/.exec(text) ?? [];
      return { what: /\*\*(.+?)\*\*/s.exec(text)?.[1] ?? '', tests: testsIn(text), ids: idsIn(ids) };
    });
}

/** The ids of a claim that are in no title of its tests; a group stands for any of its members. */
function unproven({ tests, ids }: Claim): string[] {
  const titles = tests.map(readProjectFile).join('\n');
  return ids.filter((id) => !(/\d$/.test(id) ? titles.includes(`[${id}]`) : titles.includes(`[${id}-`)));
}

describe('docs/security.md', () => {
  it('answers every criterion, every point and every question, with tests that have the ids they are said to have [E8]', () => {
    const claims = [...rows('Success criteria'), ...rows('Review checklist'), ...answers('Review questions')];
    expect(
      [rows('Success criteria'), rows('Review checklist'), answers('Review questions')].map((all) => all.length),
    ).toEqual([9, 11, 7]);
    expect(claims.flatMap((claim) => unproven(claim).map((id) => `${claim.what}: ${id}`))).toEqual([]);
    // The approval is a person's to give.
    expect(claims.filter(({ tests }) => tests.length === 0).map(({ what }) => what)).toEqual([
      'The security review is done and approved',
    ]);
  });

  it('would be caught at a claim without its test', () => {
    expect(unproven({ what: '', tests: ['test/matrix/jwt.e2e-spec.ts'], ids: ['JWT', 'CLM', 'A99'] })).toEqual([
      'CLM',
      'A99',
    ]);
  });

  it('names only groups of tests that exist', () => {
    const files = readdirSync(MATRIX).filter((name) => name.endsWith('.e2e-spec.ts'));
    const titles = files.map((name) => readProjectFile(`test/matrix/${name}`)).join('\n');
    const groups = [...section('Threat model').matchAll(/\| ((?:[A-Z]{3}(?:, )?)+) +\|$/gm)].flatMap(([, names = '']) =>
      names.split(', '),
    );
    expect(groups.length).toBeGreaterThan(20);
    // Dependencies are no requests: their group is tested where they are declared.
    expect([...new Set(groups)].filter((group) => group !== 'SUP' && !titles.includes(`[${group}-`))).toEqual([]);
  });
});
