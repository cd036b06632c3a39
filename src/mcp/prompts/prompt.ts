import { InvalidInput } from '../../errors.js';
import { cleanText } from '../clean-text.js';
import type { CompletionKind } from '../completion.js';

/** An argument of a prompt. Clients send texts only, an empty one for what their user left out. */
export interface PromptArgument {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly form: ArgumentForm;
  readonly completes?: CompletionKind;
}

/** What an argument may look like, and that in words. */
export interface ArgumentForm {
  readonly pattern: RegExp;
  readonly words: string;
}

/** A prompt as data: a text that tells a model which tools to call in which order. */
export interface PromptDefinition {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly PromptArgument[];
  /** Every tool the text names: it is offered to those who may use them all. */
  readonly tools: readonly string[];
  /** @param args values as `quoted` gives them, undefined for those left out */
  readonly text: (args: Readonly<Record<string, string | undefined>>) => string;
}

const ONE_LINE: ArgumentForm = { pattern: /^[^\n\t]{1,255}$/, words: 'must be one line of at most 255 characters' };
const LOG_GROUP: ArgumentForm = {
  pattern: /^[.\-_/#A-Za-z0-9]{1,512}$/,
  words: 'must be the name of a log group, e.g. /aws/lambda/checkout',
};
const WINDOW: ArgumentForm = {
  pattern: /^[1-9]\d{0,2}[mhdw]$/,
  words: 'must be a length of time such as 90m, 24h or 7d',
};
const REGION: ArgumentForm = { pattern: /^[a-z0-9-]{1,32}$/, words: 'must be an AWS Region, e.g. eu-central-1' };

/** Forms of arguments. */
export const FORMS = { ONE_LINE, LOG_GROUP, WINDOW, REGION } as const;

/** The arguments by which a prompt names an account and a region. */
export const TARGET_ARGUMENTS: readonly PromptArgument[] = [
  {
    name: 'account',
    description: 'Alias from list_accounts; default: your first.',
    required: false,
    form: ONE_LINE,
    completes: 'account',
  },
  {
    name: 'region',
    description: "AWS Region; default: the account's.",
    required: false,
    form: REGION,
    completes: 'region',
  },
];

/**
 * The text of a prompt for some arguments.
 * SECURITY: an argument may be copied from anywhere: it is cleaned, held to its form and quoted as JSON, so that it
 * stays a value on its line.
 * @throws InvalidInput naming the argument
 */
export function promptText(definition: PromptDefinition, given: Readonly<Record<string, unknown>> = {}): string {
  const unknown = Object.keys(given).find((name) => !definition.arguments.some((argument) => argument.name === name));
  if (unknown !== undefined) {
    const known = definition.arguments.map(({ name }) => name).join(', ');
    throw new InvalidInput('arguments', `this prompt takes ${known}`);
  }
  const values = definition.arguments.map(
    (argument) => [argument.name, quoted(argument, given[argument.name])] as const,
  );
  return definition.text(Object.fromEntries(values));
}

/** Says where the tools look, as a phrase for the first line of a text. */
export function whereFrom({ account, region }: Readonly<Record<string, string | undefined>>): string {
  const parts = [account && `account ${account}`, region && `region ${region}`].filter(Boolean);
  return parts.length === 0 ? '' : ` Give every tool ${parts.join(' and ')}.`;
}

function quoted({ name, required, form }: PromptArgument, value: unknown): string | undefined {
  const text = typeof value === 'string' ? cleanText(value).text.trim() : value;
  if (text === undefined || text === '') {
    if (required) throw new InvalidInput(name, 'is needed');
    return undefined;
  }
  if (typeof text !== 'string' || !form.pattern.test(text)) throw new InvalidInput(name, form.words);
  return JSON.stringify(text);
}
