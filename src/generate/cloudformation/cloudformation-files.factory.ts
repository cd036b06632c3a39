import { readFile } from 'node:fs/promises';
import { inHouseStyle } from '../house-style.js';
import { type Joining, oneTemplate } from './one-template.js';
import { type PolicyPath, type Placeholders, withPolicy } from './policies-in-template.js';

const FOLDER = 'config/cloudformation';
const USER_ROLE = 'config/iam/user-role.permissions.json';

/** A policy of config/iam in a template. */
interface Place {
  readonly template: string;
  readonly path: PolicyPath;
  readonly policy: string;
}

const role = (name: string, ...rest: PolicyPath): PolicyPath => ['Resources', name, 'Properties', ...rest];
const FIRST = ['Policies', 0, 'PolicyDocument'] as const;
const TRUST = 'AssumeRolePolicyDocument';
const TASKS = 'config/iam/server-role.trust.json';

const PLACES: readonly Place[] = [
  { template: 'user-roles', path: role('ReaderRole', TRUST), policy: 'config/iam/user-role.trust.assume-role.json' },
  { template: 'user-roles', path: role('ReaderRole', ...FIRST), policy: USER_ROLE },
  { template: 'identity', path: role('SignedInRole', TRUST), policy: 'config/iam/user-role.trust.cognito.json' },
  { template: 'identity', path: role('SignedInRole', ...FIRST), policy: USER_ROLE },
  { template: 'service', path: role('ServerRole', TRUST), policy: TASKS },
  { template: 'service', path: role('ExecutionRole', TRUST), policy: TASKS },
  {
    template: 'service',
    path: role('ServerPermissions', 'PolicyDocument'),
    policy: 'config/iam/server-role.permissions.json',
  },
];

const PLACEHOLDERS: Placeholders = {
  'arn:aws:iam::${USER_ACCOUNT_ID}:role/${USER_ROLE_NAME}': 'RoleArn',
  '${SERVER_ROLE_ARN}': 'ServerRoleArn',
  '${EXTERNAL_ID}': 'ExternalId',
  '${IDENTITY_POOL_ID}': 'IdentityPool',
  '${SERVER_ACCOUNT_ID}': 'AWS::AccountId',
  '${USER_ACCOUNT_ID}': 'AWS::AccountId',
  '${LOG_GROUP_PREFIX}': 'LogGroupPrefix',
};

const PARTS = ['service', 'network', 'user-roles', 'observability'] as const;

const QUICK_START: Joining = {
  description: 'cloudwatch-mcp-server with all it needs: network, service, role of its callers, alarms.',
  comment: ` Written by \`npm run generate\` from ${PARTS.map((name) => `${name}.yaml`).join(', ')}: change those.`,
  wires: {
    VpcId: '!Ref Vpc',
    PublicSubnets: '[!Ref PublicSubnetA, !Ref PublicSubnetB]',
    PrivateSubnets: '[!Ref PrivateSubnetA, !Ref PrivateSubnetB]',
    BalancerCidrs: '10.0.0.0/24,10.0.1.0/24',
    RoleArn: '!GetAtt ReaderRole.Arn',
    ServerRoleArn: '!GetAtt ServerRole.Arn',
    ExternalId: '!Select [2, !Split [/, !Ref AWS::StackId]]',
    // A role with a name of its own would need CAPABILITY_NAMED_IAM.
    RoleName: '!Ref AWS::NoValue',
    LogGroupName: '!Ref ServerLog',
  },
  settled: ['FromLog'],
  withoutOutputs: ['VpcId', 'PublicSubnets', 'PrivateSubnets', 'BalancerCidrs'],
};

/**
 * Every CloudFormation template that is wholly or partly generated, by its path, as it must be committed: the shipped
 * policies inside the parts, and the parts together as the quick start.
 * @param generated policies that are generated too and may differ from what is committed
 */
export async function cloudFormationFiles(
  generated: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const parts = new Map<string, string>();
  for (const name of new Set([...PLACES.map(({ template }) => template), ...PARTS]))
    parts.set(name, await read(`${FOLDER}/${name}.yaml`));
  for (const { template, path, policy } of PLACES) {
    const document = generated.get(policy) ?? (await read(policy));
    parts.set(template, withPolicy(parts.get(template) ?? '', path, document, PLACEHOLDERS));
  }
  parts.set(
    'quick-start',
    oneTemplate(
      PARTS.map((name) => parts.get(name) ?? ''),
      QUICK_START,
    ),
  );
  const files = [...parts].map(
    async ([name, text]) => [`${FOLDER}/${name}.yaml`, await inHouseStyle(text, 'yaml')] as const,
  );
  return new Map(await Promise.all(files));
}

function read(path: string): Promise<string> {
  return readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');
}
