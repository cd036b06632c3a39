import { type Instruction, DockerfileParser, type JSONInstruction } from 'dockerfile-ast';

const SECRET = /secret|token|password|passwd|api_?key|access_?key|credential/i;
const RUN_TIME_STAGE = /^(FROM|LABEL|ENV|WORKDIR|COPY|USER|EXPOSE|HEALTHCHECK|CMD)$/;

/** What an operator would not want in a Dockerfile, in words; empty for a good one. */
export function dockerfileProblems(text: string): string[] {
  const file = DockerfileParser.parse(text);
  const instructions = file.getInstructions().map((each) => ({ each, word: each.getKeyword() }));
  const last = instructions.slice(instructions.findLastIndex(({ word }) => word === 'FROM'));
  const of = (name: string): Instruction[] => last.filter(({ word }) => word === name).map(({ each }) => each);
  const problems: string[] = [];
  const check = (good: boolean, problem: string): void => void (good || problems.push(problem));

  for (const from of file.getFROMs()) {
    const tag = from.getImageTag();
    check(tag !== null && tag !== 'latest', `FROM ${from.getImage() ?? ''}: names no tag, or latest`);
  }
  check(
    new Set(file.getFROMs().map((from) => from.getImage())).size === 1,
    'FROM: builds on one image, runs on another',
  );
  for (const { each, word } of instructions) {
    const line = `${word} ${each.getArgumentsContent() ?? ''}`;
    if (word === 'ARG' || word === 'ENV')
      check(!SECRET.test(line), `${word}: names a secret, which stays in the image`);
    if (word === 'ADD') problems.push('ADD: fetches and unpacks; COPY does not');
    if (word === 'COPY') check(!/(^|\s)\.\/?(\s|$)/.test(line.replace(/\s\S+$/, '')), 'COPY: takes the whole context');
    for (const install of line.matchAll(/npm (ci|install|i|prune)\b[^&|;]*/g)) {
      check(install[1] === 'ci' || install[1] === 'prune', 'RUN: installs what is not locked');
      check(install[0].includes('--ignore-scripts'), `RUN: npm ${install[1]} runs scripts of packages`);
    }
    if (word === 'RUN') check(!/\b(curl|wget)\b|\bsudo\b/.test(line), 'RUN: fetches by itself, or is more than it is');
  }
  for (const { word } of last) check(RUN_TIME_STAGE.test(word), `${word}: is not for the stage that runs`);
  const user = of('USER').at(-1)?.getArgumentsContent() ?? '';
  check(/^[1-9]\d{3,}(:[1-9]\d{3,})?$/.test(user), 'USER: is not the number of a user without rights');
  check(
    of('CMD').length === 1 && isExecForm(of('CMD')[0]),
    'CMD: is missing, or goes through a shell, which gets the signals',
  );
  const health = of('HEALTHCHECK').at(-1);
  check(
    health !== undefined && /CMD\s*\[/.test(health.getArgumentsContent() ?? ''),
    'HEALTHCHECK: is missing, or goes through a shell',
  );
  check(
    last.findIndex(({ word }) => word === 'USER') > last.findLastIndex(({ word }) => word === 'COPY'),
    'COPY: files belong to the user who runs',
  );
  return problems;
}

const isExecForm = (instruction: Instruction | undefined): boolean =>
  (instruction as JSONInstruction | undefined)?.getOpeningBracket?.() != null;
