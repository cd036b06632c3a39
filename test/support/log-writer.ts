import { CreateLogGroupCommand, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { LogGroupClass } from '@aws-sdk/client-cloudwatch-logs';
import { assume, clients } from '../../src/demo/aws-emulator/emulator-fixture.js';
import { SERVER_ROLE_ARN } from '../../src/demo/aws-emulator/identities.js';
import { createRole, type Role } from '../../src/demo/aws-emulator/roles.js';

const WRITER = 'CloudWatchWriter';

/** A role that writes logs in an account; the emulator needs to be started with it. */
export function writerRole(accountId = '111111111111'): Role {
  const permissions = [{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }] as const;
  const actions = ['sts:AssumeRole', 'sts:SetSourceIdentity'];
  return createRole(accountId, WRITER, permissions, () => [
    { Effect: 'Allow', Principal: { AWS: SERVER_ROLE_ARN }, Action: actions },
  ]);
}

export interface WrittenEvent {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

/** Writes a test's own events into an emulator started with `writerRole`. */
export interface LogWriter {
  /** Creates a group with one stream. */
  create(logGroupName: string, logStreamName: string, logGroupClass?: LogGroupClass): Promise<void>;
  /** Creates a further stream. */
  stream(logGroupName: string, logStreamName: string): Promise<void>;
  put(logGroupName: string, logStreamName: string, events: readonly WrittenEvent[]): Promise<void>;
}

/** A writer with a session of its own. */
export async function logWriter({ url }: { readonly url: string }, accountId = '111111111111'): Promise<LogWriter> {
  const { logs } = clients(url, await assume(url, { RoleArn: `arn:aws:iam::${accountId}:role/${WRITER}` }));
  return {
    create: async (logGroupName, logStreamName, logGroupClass) => {
      await logs.send(new CreateLogGroupCommand({ logGroupName, logGroupClass }));
      await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    },
    stream: async (logGroupName, logStreamName) => {
      await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    },
    put: async (logGroupName, logStreamName, events) => {
      await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents: [...events] }));
    },
  };
}
