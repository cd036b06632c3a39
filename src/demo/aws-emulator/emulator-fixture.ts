import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  type ResultField,
  type StartQueryCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import { SERVER_ACCESS_KEY_ID, SERVER_SECRET_ACCESS_KEY } from './identities.js';
import { AwsFault, type OperationTable } from './operation.js';
import { EXTERNAL_ID } from './roles.js';

/** The few operations the specs of the emulator's core call. */
export const FEW_OPERATIONS: { readonly logs: OperationTable; readonly monitoring: OperationTable } = {
  logs: {
    DescribeLogGroups: {
      handle: (_input, { accountId }) => ({
        logGroups: [{ logGroupName: `/groups/of/${accountId}`, creationTime: 1 }],
      }),
    },
    StartQuery: {
      resources: (input: StartQueryCommandInput, { accountId, region }) => [
        `arn:aws:logs:${region}:${accountId}:log-group:${input.logGroupName}`,
      ],
      handle: (input: StartQueryCommandInput) => {
        if (input.logGroupName !== '/shop/web') throw new AwsFault('ResourceNotFoundException', 'No such log group');
        return { queryId: 'query-1' };
      },
    },
    ListLogAnomalyDetectors: {
      resources: () => ['arn:aws:logs:us-east-1:111111111111:anomaly-detector:*'],
      handle: () => {
        throw new TypeError('a defect');
      },
    },
  },
  monitoring: {
    GetMetricData: {
      handle: (input: { readonly StartTime: Date }) => ({
        MetricDataResults: [{ Id: 'm', Timestamps: [input.StartTime], Values: [0.5] }],
      }),
    },
    PutMetricData: { handle: () => ({}) },
    GetDashboard: {
      handle: () => {
        throw new AwsFault('ResourceNotFound', 'No such dashboard', 404);
      },
    },
  },
};

/** Credentials as the SDK clients take them. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export const SERVER_KEYS: Keys = { accessKeyId: SERVER_ACCESS_KEY_ID, secretAccessKey: SERVER_SECRET_ACCESS_KEY };

export const READER_ARN = 'arn:aws:iam::111111111111:role/CloudWatchReader';

/** The real SDK clients against an emulator; one attempt each, so that a test sees the first answer. */
export function clients(endpoint: string, credentials: Keys) {
  const options = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  return {
    sts: new STSClient(options),
    logs: new CloudWatchLogsClient(options),
    cloudwatch: new CloudWatchClient(options),
  };
}

/** A role session made by the server the way it does for a person. */
export async function assume(endpoint: string, overrides: Partial<AssumeRoleCommandInput> = {}): Promise<Keys> {
  const command = new AssumeRoleCommand({
    RoleArn: READER_ARN,
    RoleSessionName: 'alice-session',
    ExternalId: EXTERNAL_ID,
    SourceIdentity: 'alice',
    ...overrides,
  });
  const { Credentials: made } = await clients(endpoint, SERVER_KEYS).sts.send(command);
  return {
    accessKeyId: made?.AccessKeyId ?? '',
    secretAccessKey: made?.SecretAccessKey ?? '',
    sessionToken: made?.SessionToken,
  };
}

/** The rows of a query, once it has ended: its scan takes real time. */
export async function rowsOf(logs: CloudWatchLogsClient, queryId: string | undefined): Promise<ResultField[][]> {
  for (;;) {
    const { status, results = [] } = await logs.send(new GetQueryResultsCommand({ queryId }));
    if (status !== 'Scheduled' && status !== 'Running') return results;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The name under which an SDK client reports the failure of a call. */
export async function failureOf(call: Promise<unknown>): Promise<{ readonly name: string; readonly message: string }> {
  const outcome = await call.then(
    () => 'the call succeeded',
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return { name: outcome.name, message: outcome.message };
  throw new Error(String(outcome));
}

/** The HTTP request as a client is about to send it. */
export interface SentRequest {
  body: unknown;
  headers: Record<string, string>;
}

/** Looks at, or tampers with, what a client sends. */
export function afterSigning(
  { middlewareStack }: CloudWatchLogsClient | CloudWatchClient,
  act: (request: SentRequest) => void,
): void {
  (middlewareStack as CloudWatchLogsClient['middlewareStack']).add(
    (next) => (args) => {
      act(args.request as SentRequest);
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
}
