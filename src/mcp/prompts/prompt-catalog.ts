import { findErrorSpike } from './find-error-spike.js';
import { investigateAlarm } from './investigate-alarm.js';
import type { PromptDefinition } from './prompt.js';
import { reviewLogCosts } from './review-log-costs.js';

/** Every prompt there is, by name. */
export const PROMPTS: readonly PromptDefinition[] = [findErrorSpike, investigateAlarm, reviewLogCosts];

/** The prompts for someone who may use these tools: those that name no other. */
export function promptsFor(tools: ReadonlySet<string>): readonly PromptDefinition[] {
  return PROMPTS.filter((prompt) => prompt.tools.every((tool) => tools.has(tool)));
}
