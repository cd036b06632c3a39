import { type Arn, parseArn } from '../cloudwatch/arn.js';
import { parseAlarmRule, referencesIn } from './alarm-rule.js';

/** What is said of an alarm that lies elsewhere. */
export const ELSEWHERE = 'Lies in another account or Region and was not read';

/** An alarm that another alarm names, in its rule or as its suppressor. */
export interface AlarmMention {
  /** Its name; for one that lies elsewhere the whole ARN. */
  readonly name: string;
  /** SECURITY: in another account or Region: nothing is asked there, nor of an own alarm of the same name. */
  readonly elsewhere: boolean;
}

/** What a name or ARN means to an alarm with the ARN `of`. */
export function mentionOf(reference: string, of: Arn | undefined): AlarmMention {
  const arn = parseArn(reference);
  const name = /^alarm:(.+)$/s.exec(arn?.resource ?? '')?.[1];
  if (arn === undefined || name === undefined) return { name: reference, elsewhere: false };
  const near = of === undefined || (arn.account === of.account && arn.region === of.region);
  return near ? { name, elsewhere: false } : { name: reference, elsewhere: true };
}

/** The alarms of a composite alarm's rule, each once and in its order; undefined when the rule cannot be read. */
export function mentionsIn(rule: string, of: Arn | undefined): readonly AlarmMention[] | undefined {
  const parsed = parseAlarmRule(rule);
  if (parsed === undefined) return undefined;
  const mentions = referencesIn(parsed).map((reference) => mentionOf(reference, of));
  return [...new Map(mentions.map((mention) => [mention.name, mention])).values()];
}
