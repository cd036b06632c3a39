/** Who is calling and when, as an operation sees it. */
export interface OperationContext {
  /** Twelve digits: the account whose data the call sees. */
  readonly accountId: string;
  readonly region: string;
  readonly principalArn: string;
  readonly now: Date;
}

/**
 * One API operation. Input and output have the shapes of the JavaScript SDK's command input and output: `Date` where
 * the SDK has `Date` (CloudWatch), epoch numbers where it has numbers (Logs).
 */
export interface Operation {
  /** The IAM actions it needs; absent: the one of its own name. */
  readonly actions?: readonly string[];
  /** ARNs the caller needs the action on; absent: `*`. */
  resources?(input: never, context: OperationContext): readonly string[];
  handle(input: never, context: OperationContext): object | Promise<object>;
}

/** Operations of one service by their API name, e.g. `StartQuery`. */
export type OperationTable = Readonly<Record<string, Operation>>;

/** An AWS error as its service words it; the wire layer gives it the protocol's shape. */
export class AwsFault extends Error {
  constructor(
    /** Error name on the wire, e.g. `ResourceNotFoundException`. */
    readonly code: string,
    message: string,
    readonly status = 400,
    /** Further members of the error's JSON body, e.g. `queryCompileError`. */
    readonly members: object = {},
  ) {
    super(message);
    this.name = 'AwsFault';
  }
}
