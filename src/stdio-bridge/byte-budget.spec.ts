import { describe, expect, it } from 'vitest';
import { ByteBudget } from './byte-budget.js';

describe('ByteBudget', () => {
  it('bounds what all hold together, and gives back what was cleared', () => {
    const budget = new ByteBudget(100);
    const [one, two] = [budget.open(), budget.open()];
    one.add(60);
    two.add(40);
    expect(() => two.add(1)).toThrow('at the same time');
    two.clear();
    two.add(40);
    one.clear();
    one.clear();
    two.add(60);
    expect(() => one.add(1)).toThrow('at the same time');
  });
});
