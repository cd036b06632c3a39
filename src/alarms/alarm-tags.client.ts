import { type CloudWatchClient, ListTagsForResourceCommand, type Tag } from '@aws-sdk/client-cloudwatch';
import type { Listing } from '../cloudwatch/answer-part.js';
import { ServiceError } from '../errors.js';
import type { ToolCall } from '../mcp/tool.js';
import type { AlarmPage } from './alarm-listing.client.js';
import type { AlarmSummary } from './alarm-summary.js';

/** AWS tells the tags of one alarm a call and filters by none, so a tool call examines only so many alarms. */
export const MAX_TAG_LOOKUPS = 100;

const AT_ONCE = 10;

/** A tag that an alarm must have; without a value whatever its value. */
export interface TagFilter {
  readonly key: string;
  readonly value?: string | null;
}

/** A listing of which only alarms with certain tags are kept. */
export interface TaggedListing {
  readonly listing: Listing<AlarmPage, AlarmSummary>;
  /** Of how many alarms the tags were read. */
  examined(): number;
}

/** Keeps the alarms that have all the tags. */
export function taggedListing(
  client: CloudWatchClient,
  all: Listing<AlarmPage, AlarmSummary>,
  filters: readonly TagFilter[],
  call: Pick<ToolCall, 'signal' | 'progress'>,
): TaggedListing {
  let examined = 0;
  const isTagged = async (arn: string): Promise<boolean> => {
    const tags = await tagsOf(client, arn, call.signal);
    return filters.every(({ key, value }) => tags.some((tag) => tag.Key === key && (value ?? tag.Value) === tag.Value));
  };
  return {
    listing: {
      ...all,
      fetch: async (token) => {
        const page = await all.fetch(token);
        const alarms: AlarmSummary[] = [];
        for (let start = 0; start < page.alarms.length; start += AT_ONCE) {
          const batch = page.alarms.slice(start, start + AT_ONCE);
          const kept = await Promise.all(batch.map(({ alarm_name }) => isTagged(page.arns.get(alarm_name) ?? '')));
          alarms.push(...batch.filter((_alarm, index) => kept[index]));
          examined += batch.length;
          call.progress(examined, undefined, `Read the tags of ${examined} alarms`);
        }
        return { ...page, alarms };
      },
    },
    examined: () => examined,
  };
}

/** None for an alarm that was deleted in the meantime. */
async function tagsOf(client: CloudWatchClient, arn: string, signal: AbortSignal): Promise<readonly Tag[]> {
  try {
    const { Tags = [] } = await client.send(new ListTagsForResourceCommand({ ResourceARN: arn }), {
      abortSignal: signal,
    });
    return Tags;
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'aws_not_found') return [];
    throw error;
  }
}
