import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccessRequest, compilePolicy, evaluate, evaluateAll, type PolicyStatement } from './iam.js';

const READ = { action: 'logs:StartQuery', resource: 'arn:aws:logs:us-east-1:111111111111:log-group:/shop/web' };

describe('evaluate', () => {
  it('denies what nothing allows', () => {
    expect(decide([], READ)).toBe('no-allow');
    expect(decide([{ Effect: 'Allow', Action: 'logs:StopQuery', Resource: '*' }], READ)).toBe('no-allow');
  });

  it('lets an explicit deny win over any allow', () => {
    const allow: PolicyStatement = { Effect: 'Allow', Action: '*', Resource: '*' };
    const deny: PolicyStatement = { Effect: 'Deny', Action: 'logs:*', Resource: '*' };
    expect(decide([deny, allow], READ)).toBe('explicit-deny');
    expect(decide([allow, deny], READ)).toBe('explicit-deny');
    expect(decide([allow, deny], { ...READ, action: 'cloudwatch:ListMetrics' })).toBe('allow');
  });

  it('matches * and ? in actions and resources, actions without regard to case', () => {
    expect(decide([allowing('LOGS:start*', 'arn:aws:logs:*:111111111111:log-group:/shop/w?b')], READ)).toBe('allow');
    expect(decide([allowing('logs:*', 'arn:aws:logs:*:222222222222:*')], READ)).toBe('no-allow');
    expect(decide([allowing('logs:*', 'ARN:aws:logs:*')], READ)).toBe('no-allow');
  });

  it('takes every other character of a pattern literally', () => {
    const name = fc.string().filter((text) => !/[*?]/.test(text));
    fc.assert(
      fc.property(name, name, (pattern, resource) => {
        const expected = pattern === resource ? 'allow' : 'no-allow';
        expect(decide([allowing('logs:StartQuery', pattern)], { ...READ, resource })).toBe(expected);
      }),
    );
  });

  it.each([
    ['StringEquals', 'x', 'x', true],
    ['StringEquals', 'x', 'X', false],
    ['StringEquals', 'x', undefined, false],
    ['StringLike', '?*', 'alice', true],
    ['StringLike', '?*', '', false],
    ['Null', 'true', undefined, true],
    ['Null', 'true', 'x', false],
    ['Null', 'false', 'x', true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
    ['ForAllValues:StringEquals', ['a', 'b'], undefined, true],
  ])('evaluates %s %j on %j as %s', (operator, expected, actual, holds) => {
    const statement = { ...allowing('*', '*'), Condition: { [operator]: { 'sts:ExternalId': expected } } };
    expect(decide([statement], { ...READ, context: { 'STS:externalid': actual } })).toBe(holds ? 'allow' : 'no-allow');
  });

  it('wants every condition to hold', () => {
    const Condition = { StringEquals: { one: '1', two: '2' } };
    const policy = [{ ...allowing('*', '*'), Condition }];
    expect(decide(policy, { ...READ, context: { one: '1', two: '2' } })).toBe('allow');
    expect(decide(policy, { ...READ, context: { one: '1' } })).toBe('no-allow');
  });

  it('looks at the principal a trust policy names', () => {
    const trust: PolicyStatement[] = [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: 'arn:a' } }];
    const access = { action: 'sts:AssumeRole', resource: 'arn:role' };
    expect(decide(trust, { ...access, principals: ['arn:a'] })).toBe('allow');
    expect(decide(trust, { ...access, principals: ['arn:ab'] })).toBe('no-allow');
    expect(decide(trust, access)).toBe('no-allow');
  });
});

describe('compilePolicy', () => {
  it('refuses a condition it could not evaluate', () => {
    const statement = { ...allowing('*', '*'), Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } };
    expect(() => compilePolicy([statement])).toThrow('IpAddress');
  });
});

describe('evaluateAll', () => {
  const wide = compilePolicy([allowing('*', '*')]);
  const narrow = compilePolicy([allowing('logs:StopQuery', '*')]);

  it('wants every policy to allow, and at least one to be there', () => {
    expect(evaluateAll([wide, wide], READ)).toBe('allow');
    expect(evaluateAll([wide, narrow], READ)).toBe('no-allow');
    expect(evaluateAll([], READ)).toBe('no-allow');
  });
});

function allowing(Action: string, Resource: string): PolicyStatement {
  return { Effect: 'Allow', Action, Resource };
}

function decide(statements: readonly PolicyStatement[], request: AccessRequest): string {
  return evaluate(compilePolicy(statements), request);
}
