import { createScenario, LOGISTICS_ACCOUNT, SHOP_ACCOUNT } from './aws-emulator/scenario-accounts.js';
import { LIMITED_ROLE_ARN, type DemoStack } from './demo-stack.js';
import { McpCaller, plainHttpCaller, type ToolCaller } from './mcp-caller.js';
import { DEMO_USERS, type DemoUserName } from './oidc-issuer/users.js';
import type { Terminal } from './terminal.js';
import { accountsTour } from './tour-accounts.js';
import { type Caller, TourCalls } from './tour-calls.js';
import { depthsTour } from './tour-depths.js';
import { fencesTour } from './tour-fences.js';
import { expectThat, TourLog } from './tour-log.js';
import { signInTour } from './tour-sign-in.js';
import { toolsTour, type Trouble } from './tour-tools.js';

/** Walks through all the server does, printing as it goes; true when every step did what it should. */
export async function runTour(stack: DemoStack, terminal: Terminal): Promise<boolean> {
  const tour = new TourLog(terminal);
  const calls = new TourCalls(stack.aws.calls);
  const tokens = await signInTour(tour, stack);

  const alice = person('alice', new McpCaller(stack.endpoint, tokens.alice ?? ''));
  const bob = person('bob', new McpCaller(stack.endpoint, tokens.bob ?? ''));
  const carolsTools = new McpCaller(stack.endpoint, tokens.carol ?? '');
  const carol = {
    shop: inRole('carol', carolsTools, `arn:aws:iam::${SHOP_ACCOUNT}:role/CloudWatchReader`),
    logistics: inRole('carol', carolsTools, `arn:aws:iam::${LOGISTICS_ACCOUNT}:role/CloudWatchReader`),
  };
  const script = inRole('API key', plainHttpCaller(stack.endpoint, stack.apiKey), LIMITED_ROLE_ARN);
  const groupOfAlice = await toolsTour(tour, calls, alice, troubleOf(alice));
  await toolsTour(tour, calls, bob, troubleOf(bob));
  const composite = 'shop-payments-degraded';
  await depthsTour(tour, calls, alice, { trouble: troubleOf(alice), composite, group: groupOfAlice });
  await accountsTour(tour, calls, carol);
  await fencesTour(tour, calls, stack, { alice, bob, script, groupOfAlice });

  tour.chapter('Who signed what, as AWS saw it');
  calls.print(terminal);
  terminal.line();
  for (const caller of [alice, bob, carol.shop, carol.logistics, script]) {
    await tour.step(`calls of ${caller.name} in ${caller.accountId}`, async () => {
      const count = calls.signedBy(caller);
      expectThat(count > 0, `AWS calls of ${caller.name}`, 'at least one', count);
      const role = `${caller.roleName} in ${caller.accountId}`;
      return { gist: `${count} AWS calls, all signed by ${caller.name}'s own session of ${role}`, value: undefined };
    });
  }
  terminal.line();
  const verdict = `${tour.passed} steps did what they should, ${tour.failed} did not`;
  terminal.line(terminal.style(tour.failed === 0 ? 'green' : 'red', verdict));
  return tour.failed === 0;
}

function person<T extends ToolCaller>(name: DemoUserName, tools: T): Caller<T> {
  return inRole(name, tools, DEMO_USERS[name]['custom:role_arn'] ?? '');
}

function inRole<T extends ToolCaller>(name: string, tools: T, roleArn: string): Caller<T> {
  return { name, tools, accountId: roleArn.split(':')[4] ?? '', roleName: roleArn.split('/').at(-1) ?? '' };
}

const ALARM_THAT_IS_ON: Readonly<Record<string, string>> = {
  alice: 'payments-duration-p99',
  bob: 'routing-memory-high',
};

/** The incident of the caller's account. */
function troubleOf({ name, accountId }: Caller): Trouble {
  const account = createScenario(new Date()).accounts.find(({ id }) => id === accountId);
  if (account === undefined) throw new Error(`The emulator has no account ${accountId}.`);
  const { rootService, from, until } = account.incident;
  return { alarm: ALARM_THAT_IS_ON[name] ?? '', service: rootService, from, until };
}
