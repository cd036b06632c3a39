/** One role of an account, under the name grants give it. */
export interface AccessRole {
  /** Absent where the account has one role only. */
  readonly name?: string;
  readonly arn: string;
}

/** One AWS account that callers can be let into. */
export interface AccessAccount {
  /** The name of the account in calls and grants. */
  readonly alias: string;
  /** In the order of the file, at least one, all of one account. */
  readonly roles: readonly AccessRole[];
  /** Absent: AWS_ROLE_EXTERNAL_ID. */
  readonly externalId?: string;
  /** Absent: all that the server offers. */
  readonly regions?: readonly string[];
  readonly description?: string;
  /** Ids of accounts linked to this one (cross-account observability) whose data calls may name. */
  readonly linkedAccounts: readonly string[];
}

/** Lets callers into one role of an account: a key's holder by its label, anyone else by what their token says. */
export interface AccessGrant {
  readonly apiKey?: string;
  readonly issuer?: string;
  readonly subject?: string;
  readonly group?: string;
  /** Claims by name, each with the value it must have or contain. */
  readonly claims: Readonly<Record<string, string>>;
  readonly account: AccessAccount;
  readonly roleArn: string;
}

/** Who may use which AWS account, from `ACCESS_FILE`; both lists in the order of the file. */
export interface AccessRules {
  readonly accounts: readonly AccessAccount[];
  readonly grants: readonly AccessGrant[];
}
