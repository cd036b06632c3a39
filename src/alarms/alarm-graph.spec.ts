import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianCpuMs } from '../../test/support/cpu.js';
import { cyclesIn, toTreeNode, treeNode } from './alarm-graph.js';

const node = (alarm_name: string, ...children: string[]) => ({ alarm_name, children });
const edges = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 30 });

describe('cyclesIn', () => {
  it.each([
    ['none in a tree', [node('a', 'b', 'c'), node('b', 'd'), node('c', 'd'), node('d')], []],
    ['an alarm that names itself', [node('a', 'a')], [['a', 'a']]],
    ['a way back', [node('a', 'b'), node('b', 'c'), node('c', 'b')], [['b', 'c', 'b']]],
    ['children that are not shown', [node('a', 'elsewhere')], []],
  ])('finds %s', (_what, nodes, cycles) => {
    expect(cyclesIn(nodes)).toEqual(cycles);
  });

  it('finds one exactly when there is one, and each is a way along children', () => {
    fc.assert(
      fc.property(edges, (pairs) => {
        const nodes = Array.from({ length: 10 }, (_, from) =>
          node(String(from), ...pairs.filter(([start]) => start === from).map(([, to]) => String(to))),
        );
        const cycles = cyclesIn(nodes);
        for (const cycle of cycles) {
          expect(cycle[0]).toBe(cycle.at(-1));
          for (const [index, name] of cycle.slice(1).entries()) {
            expect(nodes.find(({ alarm_name }) => alarm_name === cycle[index])?.children).toContain(name);
          }
        }
        expect(cycles.length > 0).toBe(hasCycle(nodes));
      }),
    );
  });

  it('takes a graph as wide as an answer in a moment', async () => {
    const names = Array.from({ length: 200 }, (_, index) => String(index));
    const nodes = names.map((name) => node(name, ...names));
    expect(cyclesIn(nodes)).toHaveLength(10);
    expect(await medianCpuMs(async () => cyclesIn(nodes))).toBeLessThan(500);
  });
});

describe('toTreeNode', () => {
  it('shortens what can be long', () => {
    const alarm = { AlarmName: 'c', AlarmRule: 'ALARM(a) OR '.repeat(500) + 'TRUE', StateReason: 'r'.repeat(5_000) };
    const shown = treeNode.parse(
      toTreeNode({ name: 'c', elsewhere: false, depth: 0, found: { kind: 'CompositeAlarm', alarm } }, () => undefined),
    );
    expect(shown.state_reason).toHaveLength(201);
    expect(shown.alarm_rule).toHaveLength(501);
    expect(shown.children).toEqual(['a']);
  });
});

/** Takes away alarms without children until none is left, or none can be taken. */
function hasCycle(nodes: readonly { readonly alarm_name: string; readonly children: readonly string[] }[]): boolean {
  let left = nodes;
  for (;;) {
    const names = new Set(left.map(({ alarm_name }) => alarm_name));
    const next = left.filter(({ children }) => children.some((child) => names.has(child)));
    if (next.length === left.length) return left.length > 0;
    left = next;
  }
}
