import { describe, expect, it } from 'vitest';
import { readProjectFile } from '../contract/markdown.js';
import { dockerfileProblems } from '../support/dockerfile-problems.js';

const dockerfile = readProjectFile('Dockerfile');

describe('the Dockerfile [E3]', () => {
  it('is as an operator wants it', () => {
    expect(dockerfileProblems(dockerfile)).toEqual([]);
  });

  it('labels the image with the name and version of the package', () => {
    const { version, mcpName } = JSON.parse(readProjectFile('package.json')) as Record<string, string>;
    expect(dockerfile).toContain(`org.opencontainers.image.version="${version}"`);
    expect(dockerfile).toContain(`io.modelcontextprotocol.server.name="${mcpName}"`);
  });

  it('starts the server as npm start does, and opens the ports of the settings', () => {
    const { scripts } = JSON.parse(readProjectFile('package.json')) as { scripts: Record<string, string> };
    const [, cmd = '[]'] = /^CMD (\[.*\])$/m.exec(dockerfile) ?? [];
    expect((JSON.parse(cmd) as string[]).join(' ')).toBe(scripts['start']);
    expect(dockerfile).toContain('EXPOSE 3334 9464');
  });

  it('is given nothing but what it copies', () => {
    const ignored = readProjectFile('.dockerignore').split('\n');
    expect(ignored.find((line) => !line.startsWith('#'))).toBe('*');
    const given = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) =>
      files.split(' '),
    );
    expect([...new Set(copied)].sort()).toEqual(given.sort());
    expect(ignored).toEqual(expect.arrayContaining(['src/demo', 'src/generate', 'src/stdio-bridge', '**/*.spec.ts']));
  });
});

describe('dockerfileProblems', () => {
  const planted: [string, string, string, RegExp][] = [
    ['a name for the user', 'USER 10001:10001', 'USER node', /^USER/],
    ['root', 'USER 10001:10001', 'USER 0', /^USER/],
    ['no user', 'USER 10001:10001\n', '', /^USER/],
    [
      'a shell around the server',
      'CMD ["node", "--max-semi-space-size=16", "dist/main.js"]',
      'CMD node dist/main.js',
      /^CMD/,
    ],
    ['no health check', /^HEALTHCHECK.*$/m.exec(dockerfile)?.[0] ?? '', '', /^HEALTHCHECK/],
    [
      'a shell around the health check',
      'CMD ["node", "dist/cli/cli.js", "health"]',
      'CMD curl localhost',
      /^HEALTHCHECK/,
    ],
    ['a base without a tag', 'FROM node:24-bookworm-slim\n', 'FROM node\n', /^FROM/],
    ['the latest base', 'FROM node:24-bookworm-slim\n', 'FROM node:latest\n', /^FROM/],
    ['another base to run on', 'FROM node:24-bookworm-slim\n', 'FROM node:22-bookworm-slim\n', /^FROM/],
    ['scripts of packages', 'npm ci --ignore-scripts', 'npm ci', /runs scripts/],
    ['unlocked packages', 'npm ci --ignore-scripts', 'npm install --ignore-scripts', /not locked/],
    ['a token as an argument', 'WORKDIR /app\nCOPY package', 'ARG NPM_TOKEN\nCOPY package', /^ARG/],
    ['a secret in the environment', 'ENV NODE_ENV=production', 'ENV API_KEYS=abc', /^ENV/],
    ['the whole context', 'COPY LICENSE package.json ./', 'COPY . .', /whole context/],
    ['an archive of somewhere', 'COPY LICENSE package.json ./', 'ADD https://example.com/a.tgz ./', /^ADD/],
    ['a build in the stage that runs', 'EXPOSE', 'RUN npm run build\nEXPOSE', /^RUN: is not for/],
    [
      'files copied for the user who runs',
      'USER 10001:10001',
      'USER 10001:10001\nCOPY dist ./dist',
      /belong to the user/,
    ],
  ];

  it.each(planted)('finds %s', (_name, old, now, problem) => {
    expect(dockerfile).toContain(old);
    const spoilt = dockerfile.replace(old, now);
    expect(dockerfileProblems(spoilt)).toContainEqual(expect.stringMatching(problem));
  });
});
