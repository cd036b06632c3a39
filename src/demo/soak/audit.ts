/** What one line of the server's log says of a tool call or an AWS call. */
interface AuditLine {
  readonly event?: { readonly name?: string };
  readonly principal?: { readonly subject?: string };
  readonly aws?: { readonly request_id?: string; readonly service?: string };
}

/** The audit records of a replica, counted as they are written. */
export class Audit {
  /** Tool calls by the subject they were recorded for. */
  readonly toolCalls = new Map<string, number>();
  /** The subject each AWS call was recorded for, by AWS's own request id. */
  readonly awsCalls = new Map<string, string>();

  /** All that was written, records or not. */
  bytes = 0;

  read(line: string): void {
    this.bytes += Buffer.byteLength(line) + 1;
    if (!line.includes('"tool.called"') && !line.includes('"aws.called"')) return;
    const { event, principal, aws } = JSON.parse(line) as AuditLine;
    const subject = principal?.subject ?? '';
    if (event?.name === 'tool.called') this.toolCalls.set(subject, (this.toolCalls.get(subject) ?? 0) + 1);
    else if (aws?.request_id !== undefined) this.awsCalls.set(aws.request_id, subject);
  }
}
