import type { SpanFacts } from './span.factory.js';

/** A message as far as its span tells it; names only of tools and methods that exist, so that there are few. */
export interface TracedMessage {
  readonly method: string;
  readonly tool?: string;
  readonly protocolVersion?: string;
}

/** Names of the OpenTelemetry conventions for MCP, which are in development: only these are used. */
export function messageSpan({ method, tool, protocolVersion }: TracedMessage): SpanFacts {
  return {
    name: tool === undefined ? method : `${method} ${tool}`,
    attributes: {
      'mcp.method.name': method,
      ...(tool !== undefined && { 'gen_ai.tool.name': tool, 'gen_ai.operation.name': 'execute_tool' }),
      ...(protocolVersion !== undefined && { 'mcp.protocol.version': protocolVersion }),
    },
  };
}

/** An exchange of a caller for AWS credentials, by its kind. */
export function exchangeSpan(kind: string): SpanFacts {
  return { name: `exchange ${kind}`, attributes: { 'cloudwatch_mcp.exchange.kind': kind } };
}

/** One try of an AWS call, as the conventions for AWS SDKs name it. */
export function awsCallSpan(service: string, operation: string, region: string): SpanFacts {
  return {
    name: `${service}/${operation}`,
    attributes: { 'rpc.system': 'aws-api', 'rpc.service': service, 'rpc.method': operation, 'cloud.region': region },
  };
}
