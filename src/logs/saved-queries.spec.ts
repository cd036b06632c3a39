import { describe, expect, it } from 'vitest';
import { applicableQueries } from './saved-queries.js';

const namesFor = (definition: { queryString?: string; logGroupNames?: string[] }, groups: string[]): string[] =>
  applicableQueries([{ name: 'q', ...definition }], groups).flatMap(({ logGroupNames, logGroupPrefixes }) => [
    ...logGroupNames,
    ...logGroupPrefixes,
  ]);

describe('applicableQueries', () => {
  it('keeps a query saved for a listed group, its names once each', () => {
    expect(namesFor({ logGroupNames: ['/a', '/b', '/a'] }, ['/b'])).toEqual(['/a', '/b']);
  });

  it('knows a group by the ARN it was saved with', () => {
    const arn = 'arn:aws:logs:us-east-1:111111111111:log-group:/a';
    expect(namesFor({ logGroupNames: [arn] }, ['/a'])).toEqual([arn]);
  });

  it('keeps a query whose SOURCE prefixes match a listed group', () => {
    const queryString = `SOURCE logGroups(namePrefix: ['/aws/lambda', "/ecs", '/ecs']) | fields @message`;
    expect(namesFor({ queryString }, ['/ecs/web'])).toEqual(['/aws/lambda', '/ecs']);
  });

  it('leaves out what applies to no listed group', () => {
    expect(namesFor({ logGroupNames: ['/a'] }, ['/ab'])).toEqual([]);
    expect(namesFor({ queryString: `SOURCE logGroups(namePrefix: ['/ecs'])` }, ['/e'])).toEqual([]);
    expect(namesFor({}, ['/a'])).toEqual([]);
  });
});
