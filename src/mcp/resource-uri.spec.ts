import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { medianCpuMs } from '../../test/support/cpu.js';
import { parseResourceUri, resourceTemplate, resourceUri } from './resource-uri.js';

const part = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });

describe('resourceUri', () => {
  it('percent-encodes every part, so that a name may hold anything', () => {
    const address = { account: 'prod', region: 'eu-west-1', kind: 'log-groups', values: ['/aws/lambda/a b?#%'] };
    expect(resourceUri(address)).toBe('cloudwatch://prod/eu-west-1/log-groups/%2Faws%2Flambda%2Fa%20b%3F%23%25');
  });

  it('is ASCII, and read back as it was written', () => {
    fc.assert(
      fc.property(part, part, part, fc.array(part, { minLength: 1, maxLength: 3 }), (account, region, kind, values) => {
        const address = { account, region, kind, values };
        const uri = resourceUri(address);
        expect(uri).toMatch(/^[\x21-\x7e]+$/);
        if (uri.length <= 4_096) expect(parseResourceUri(uri)).toEqual(address);
      }),
    );
  });
});

describe('parseResourceUri', () => {
  it.each([
    '',
    'cloudwatch://',
    'cloudwatch://a/b/c',
    'cloudwatch://a/b/c/',
    'cloudwatch:///b/c/d',
    'cloudwatch://a//c/d',
    'cloudwatch://a/b/c/%',
    'cloudwatch://a/b/c/%ff',
    'CLOUDWATCH://a/b/c/d',
    'https://a/b/c/d',
    ' cloudwatch://a/b/c/d',
  ])('reads no address from %j', (uri) => {
    expect(parseResourceUri(uri)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseResourceUri(`cloudwatch://${text}`)));
  });

  it('refuses a long text at once, whatever is in it [ARG-12]', async () => {
    for (const unit of ['/', '%', '{a}', '%2F', 'a,']) {
      const uri = `cloudwatch://${unit.repeat(500_000)}`;
      expect(parseResourceUri(uri)).toBeUndefined();
      expect(await medianCpuMs(async () => parseResourceUri(uri))).toBeLessThan(5);
    }
  });
});

describe('resourceTemplate', () => {
  it('names its variables in the order of the address', () => {
    const definition = {
      kind: 'metrics',
      variables: [{ name: 'namespace' }, { name: 'metric' }],
      title: '',
      description: '',
      toolset: 'metrics',
    } as const;
    expect(resourceTemplate(definition)).toBe('cloudwatch://{account}/{region}/metrics/{namespace}/{metric}');
  });
});
