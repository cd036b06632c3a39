import type { Resource } from './cloudformation.js';

interface Container {
  readonly Environment: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Secrets: readonly { readonly Name: string; readonly ValueFrom: string }[];
}

type Stack = Readonly<Record<string, Resource>>;

/** The properties of a resource that the stack has. */
export function propertiesOf(stack: Stack, id: string): Readonly<Record<string, unknown>> {
  const resource = stack[id];
  if (resource === undefined) throw new Error(`The stack has no ${id}`);
  return resource.Properties;
}

/** The environment ECS gives the server's container, with what stands in its secrets and names as AWS makes them. */
export function environmentOf(stack: Stack): Readonly<Record<string, string>> {
  const [container] = propertiesOf(stack, 'TaskDefinition')['ContainerDefinitions'] as readonly Container[];
  const { Environment: variables = [], Secrets: secrets = [] } = container ?? {};
  return Object.fromEntries([
    ...variables.map(({ Name, Value }) => [Name, madeByAws(String(Value))] as const),
    ...secrets.map(({ Name, ValueFrom }) => [Name, secretText(stack, ValueFrom)] as const),
  ]);
}

function madeByAws(text: string): string {
  return text
    .replace('<LoadBalancer.DNSName>', 'LoadBalancer.DNSName.example')
    .replace('<ReaderRole.Arn>', 'arn:aws:iam::999999999999:role/cloudwatch-mcp-ReaderRole-1A2B3C4D5E6F');
}

function secretText(stack: Stack, reference: string): string {
  if (reference.startsWith('arn:')) return 'rediss://:password@redis.example.com:6379';
  const { SecretString: given, GenerateSecretString: generated } = propertiesOf(stack, reference.slice(1, -1)) as {
    readonly SecretString?: string;
    readonly GenerateSecretString?: { readonly PasswordLength: number };
  };
  return given ?? 'Ab1'.repeat(100).slice(0, generated?.PasswordLength);
}
