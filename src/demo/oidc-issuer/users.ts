/** A person of the demo, as the identity provider knows them: the claims its tokens carry. */
export interface DemoUser {
  readonly name: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly groups: readonly string[];
  /** The role this person's tokens ask for; absent: the server decides. */
  readonly 'custom:role_arn'?: string;
}

export type DemoUserName = 'alice' | 'bob' | 'carol';

/** By subject (`sub`), which is also what they type on the sign-in page. */
export const DEMO_USERS: Readonly<Record<DemoUserName, DemoUser>> = {
  alice: {
    name: 'Alice Example',
    email: 'alice@example.com',
    email_verified: true,
    groups: ['shop-oncall'],
    'custom:role_arn': 'arn:aws:iam::111111111111:role/CloudWatchReader',
  },
  bob: {
    name: 'Bob Example',
    email: 'bob@example.com',
    email_verified: true,
    groups: ['logistics-oncall'],
    'custom:role_arn': 'arn:aws:iam::222222222222:role/CloudWatchReader',
  },
  carol: {
    name: 'Carol Example',
    email: 'carol@example.com',
    email_verified: true,
    groups: ['shop-oncall', 'logistics-oncall'],
  },
};

/** The user of a subject, or undefined: there is no sign-up. */
export function findDemoUser(subject: string): DemoUser | undefined {
  return Object.hasOwn(DEMO_USERS, subject) ? DEMO_USERS[subject as DemoUserName] : undefined;
}
