import { parse } from 'yaml';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: unknown;
  readonly 'timeout-minutes'?: number;
  readonly uses?: string;
  readonly steps?: readonly Step[];
  readonly strategy?: { readonly matrix?: { readonly include?: readonly { readonly run?: string }[] } };
}

export interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

export interface Project {
  readonly npmScripts: Readonly<Record<string, unknown>>;
  /** Whether a path from the project's top leads to a file. */
  readonly hasFile: (path: string) => boolean;
}

/** A version of an action: its major, as written by hand, or the commit that the update put there. */
const PINNED = /^[\w.-]+(\/[\w.-]+)+@(v\d+|[0-9a-f]{40} # v\d[\w.]*)$/;
const OWN_FILES = /(?<![\w/.])(?:\.github\/scripts|config)\/[\w./-]+\.\w+/g;

export function readWorkflow(text: string): Workflow {
  return parse(text) as Workflow;
}

/** What the project's own rules for workflows say beside actionlint's. */
export function workflowProblems(text: string, project: Project): string[] {
  const workflow = readWorkflow(text);
  const problems: string[] = [];
  const say = (holds: boolean, problem: string): void => void (holds || problems.push(problem));
  // It runs with secrets on what strangers wrote; workflow_run is the same one step later.
  for (const event of ['pull_request_target', 'workflow_run']) say(!(event in workflow.on), `on ${event}`);
  say(JSON.stringify(workflow.permissions) === '{}', 'permissions at the top are not {}');
  say(workflow.concurrency !== undefined || isCalledOnly(workflow), 'no concurrency');
  for (const [, , used = ''] of text.matchAll(/^( *(?:- )?uses: +)(\S.*)$/gm)) {
    if (used.startsWith('./')) say(project.hasFile(used.slice(2)), `${used} is missing`);
    else say(PINNED.test(used), `${used} has no version`);
  }
  for (const [name, job] of Object.entries(workflow.jobs)) {
    problems.push(...jobProblems(job, project).map((problem) => `${name}: ${problem}`));
  }
  return problems;
}

const isCalledOnly = ({ on }: Workflow): boolean => Object.keys(on).every((event) => event === 'workflow_call');

function jobProblems(job: Job, project: Project): string[] {
  const problems: string[] = [];
  const say = (holds: boolean, problem: string): void => void (holds || problems.push(problem));
  say(typeof job.permissions === 'object' && job.permissions !== null, 'no permissions of its own, one by one');
  if (job.uses === undefined) say((job['timeout-minutes'] ?? 360) <= 60, 'no time limit of an hour or less');
  const matrixRuns = job.strategy?.matrix?.include?.flatMap(({ run }) => run ?? []) ?? [];
  const named = [...matrixRuns];
  for (const { uses = '', run = '', with: given = {} } of job.steps ?? []) {
    if (uses.startsWith('actions/checkout@')) say(given['persist-credentials'] === false, 'checkout leaves its token');
    say(!run.includes('${{'), `an expression in a script: ${run.split('\n')[0]}`);
    say(!/\b(curl|wget)\b.*\|\s*(ba)?sh\b/.test(run), 'runs what it downloads');
    if (/\bnpm (ci|install)\b/.test(run)) say(/\bnpm ci --ignore-scripts\b/.test(run), 'installs with scripts');
    named.push(...[...run.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)].map(([, script = '']) => script));
    for (const [path] of run.matchAll(OWN_FILES)) say(project.hasFile(path), `${path} is missing`);
  }
  for (const script of named) say(script in project.npmScripts, `no npm script ${script}`);
  return problems;
}
