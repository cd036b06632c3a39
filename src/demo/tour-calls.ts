import type { CallLog, CallRecord } from './aws-emulator/call-log.js';
import { IAM_PREFIX } from './aws-emulator/services.js';
import { SERVER_ROLE_ARN } from './aws-emulator/identities.js';
import type { ToolAnswer, ToolCaller } from './mcp-caller.js';
import { formatTable, type Terminal } from './terminal.js';
import { expectEqual, ExpectationFailed, expectThat } from './tour-log.js';

/** Who calls in the tour, and what AWS is expected to see of them. */
export interface Caller<T extends ToolCaller = ToolCaller> {
  readonly name: string;
  readonly tools: T;
  readonly accountId: string;
  readonly roleName: string;
}

interface ToolCallRecord {
  readonly caller: Caller;
  readonly tool: string;
  readonly ms: number;
  readonly awsCalls: readonly CallRecord[];
}

/** Calls tools one after the other and keeps what each made AWS see. */
export class TourCalls {
  private readonly records: ToolCallRecord[] = [];

  constructor(private readonly awsLog: CallLog) {}

  async call(caller: Caller, tool: string, args: object): Promise<ToolAnswer> {
    const before = this.awsLog.all().length;
    const started = performance.now();
    const answer = await caller.tools.callTool(tool, args);
    const ms = Math.round(performance.now() - started);
    this.records.push({ caller, tool, ms, awsCalls: this.awsLog.all().slice(before) });
    return answer;
  }

  /** @throws ExpectationFailed when the tool answers with an error */
  async output<T>(caller: Caller, tool: string, args: object): Promise<{ output: T; progress: readonly string[] }> {
    const answer = await this.call(caller, tool, args);
    if (!answer.ok) throw new ExpectationFailed(tool, 'a result', answer.error);
    return { output: answer.output as T, progress: answer.progress };
  }

  /**
   * How many AWS calls each caller's own session signed.
   * @throws ExpectationFailed when any was signed by anybody else, or the caller's role was taken by anybody but the server
   */
  signedBy(caller: Caller): number {
    const calls = this.records.filter((record) => record.caller === caller).flatMap((record) => record.awsCalls);
    for (const call of calls.filter(({ service }) => service === 'sts'))
      expectEqual(`who took ${caller.name}'s role`, call.principalArn, SERVER_ROLE_ARN);
    const own = calls.filter(({ service }) => service !== 'sts');
    for (const call of own) {
      expectEqual(`account of ${caller.name}'s ${call.operation}`, call.accountId, caller.accountId);
      const session = `arn:aws:sts::${caller.accountId}:assumed-role/${caller.roleName}/`;
      const signer = call.principalArn ?? 'nobody';
      expectThat(signer.startsWith(session), `who signed ${caller.name}'s ${call.operation}`, `${session}…`, signer);
      expectThat(call.verified, `signature of ${caller.name}'s ${call.operation}`, 'verified', call.errorCode);
    }
    expectEqual(`sessions ${caller.name} used`, new Set(own.map((call) => call.principalArn)).size, 1);
    return own.length;
  }

  /** The closing table, from the emulator's own record of who signed what. */
  print(terminal: Terminal): void {
    const table = formatTable(
      ['call', 'tool', 'user', 'AWS account', 'principal that signed', 'ms'],
      this.records.flatMap(toRows),
    );
    terminal.line(`  ${terminal.style('dim', table.head)}`);
    for (const row of table.body) terminal.line(`  ${row}`);
  }
}

/** A row for each AWS operation of a tool call; repeated ones, such as polling, are counted in one. */
function toRows({ caller, tool, ms, awsCalls }: ToolCallRecord): (string | number)[][] {
  const byOperation = new Map<string, CallRecord[]>();
  for (const call of awsCalls) {
    const operation = `${IAM_PREFIX[call.service]}:${call.operation}`;
    byOperation.set(operation, [...(byOperation.get(operation) ?? []), call]);
  }
  const rows = [...byOperation].map(([operation, calls], index) => [
    calls.length === 1 ? operation : `${operation} ×${calls.length}`,
    tool,
    calls[0]?.service === 'sts' ? `server, for ${caller.name}` : caller.name,
    calls[0]?.accountId ?? '',
    (calls[0]?.principalArn ?? '').replace(/^arn:aws:(iam|sts)::\d+:(role|assumed-role)\//, ''),
    index === 0 ? ms : '',
  ]);
  return rows.length > 0 ? rows : [['(none)', tool, caller.name, '', '', ms]];
}
