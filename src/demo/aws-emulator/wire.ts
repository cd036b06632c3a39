import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import { type IncomingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { AwsFault } from './operation.js';
import { encodeEventStream } from './event-stream.js';
import { commonFault, type ServiceName } from './services.js';
import { decodeQueryForm, encodeQueryError, encodeQueryResult } from './sts-xml.js';

/** What a request asks for, before anything is checked. */
export interface WireCall {
  readonly service: ServiceName;
  readonly operation: string;
  /** How it is answered, where that is not the way of its service. */
  readonly protocol?: Protocol;
  /** @throws AwsFault when the body is not what the protocol says */
  decodeInput(): Promise<object>;
}

/** How outputs and faults of an operation are written. */
export interface Protocol {
  output(output: object, requestId: string): WireAnswer;
  fault(fault: AwsFault, requestId: string): WireAnswer;
}

/** An HTTP answer without its transport headers. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The messages of an answer that streams; it has no body. */
  readonly frames?: AsyncIterable<Uint8Array>;
  /** Told when the connection of an answer that streams has closed, whoever closed it. */
  readonly ended?: () => void;
}

/**
 * Reads which operation of which service is called: `x-amz-target` names it for Logs, Cognito (awsJson1.1) and CloudWatch
 * (awsJson1.0), the form field `Action` for STS (awsQuery).
 * @returns undefined when it is no call of these services
 */
export function readCall(headers: IncomingHttpHeaders, body: Buffer): WireCall | undefined {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return readJsonCall(target, headers, body);
  const form = new URLSearchParams(body.toString());
  const action = form.get('Action');
  if (action === null) return undefined;
  return { service: 'sts', operation: action, decodeInput: () => Promise.resolve(decodeQueryForm(form)) };
}

/** The answer of an operation in its service's protocol. */
export function encodeOutput(call: WireCall, output: object, requestId: string): WireAnswer {
  if (call.protocol !== undefined) return call.protocol.output(output, requestId);
  const headers = { 'content-type': CONTENT_TYPES[call.service], 'x-amzn-requestid': requestId };
  switch (call.service) {
    case 'sts':
      return { status: 200, headers, body: encodeQueryResult(call.operation, output, requestId) };
    case 'logs':
    case 'cognito-identity':
      return streams(output)
        ? {
            status: 200,
            headers: { ...headers, ...EVENT_STREAM },
            body: '',
            frames: encodeEventStream(output.responseStream),
          }
        : { status: 200, headers, body: JSON.stringify(output) };
    case 'monitoring':
      return { status: 200, headers, body: encodeCloudWatchOutput(call.operation, output) };
  }
}

/** Whether the output of an operation is a stream of events. */
export function streams(output: object): output is { readonly responseStream: AsyncIterable<object> } {
  return 'responseStream' in output;
}

/** A failed operation in its service's protocol. */
export function encodeFault(service: ServiceName, fault: AwsFault, requestId: string): WireAnswer {
  const headers = { 'content-type': CONTENT_TYPES[service], 'x-amzn-requestid': requestId };
  if (service === 'sts') {
    return { status: fault.status, headers, body: encodeQueryError(fault, requestId) };
  }
  const body = JSON.stringify({ __type: fault.code, message: fault.message, ...fault.members });
  if (service !== 'monitoring') return { status: fault.status, headers, body };
  const side = fault.status < 500 ? 'Sender' : 'Receiver';
  const queryError = `${cloudWatchQueryCode(fault.code)};${side}`;
  return { status: fault.status, headers: { ...headers, 'x-amzn-query-error': queryError }, body };
}

/** The refusal of an operation, or a whole service, that the emulator does not have. */
export function unknownOperation(name: string): AwsFault {
  return new AwsFault('UnknownOperationException', `The AWS emulator does not have the operation ${name}`, 501);
}

const EVENT_STREAM = { 'content-type': 'application/vnd.amazon.eventstream' };

const LARGEST_INPUT = 8_388_608;

const CONTENT_TYPES: Readonly<Record<ServiceName, string>> = {
  sts: 'text/xml',
  logs: 'application/x-amz-json-1.1',
  'cognito-identity': 'application/x-amz-json-1.1',
  monitoring: 'application/x-amz-json-1.0',
};

const JSON_SERVICES: Readonly<Record<string, ServiceName>> = {
  Logs_20140328: 'logs',
  AWSCognitoIdentityService: 'cognito-identity',
  GraniteServiceVersion20100801: 'monitoring',
};

function readJsonCall(target: string, headers: IncomingHttpHeaders, body: Buffer): WireCall | undefined {
  const [prefix = '', operation = ''] = target.split('.');
  const service = JSON_SERVICES[prefix];
  if (service === undefined) return undefined;
  const decode: (text: string) => object | Promise<object> =
    service === 'monitoring' ? (text: string) => decodeCloudWatchInput(operation, text) : decodePlainInput;
  return {
    service,
    operation,
    decodeInput: async () => {
      try {
        return await decode(unpack(headers, body).toString());
      } catch {
        throw commonFault(service, 'malformed-input', 'The request body is not what the operation takes');
      }
    },
  };
}

/** CloudWatch clients compress large PutMetricData requests. */
function unpack(headers: IncomingHttpHeaders, body: Buffer): Buffer {
  return headers['content-encoding'] === 'gzip' ? gunzipSync(body, { maxOutputLength: LARGEST_INPUT }) : body;
}

/** Without timestamps or blobs in what is emulated, the JSON is the SDK's shape. */
function decodePlainInput(text: string): object {
  const input: unknown = JSON.parse(text);
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw new TypeError('not an object');
  return input;
}

// The SDK's own codec and schemas give the CloudWatch shapes: epoch seconds are Dates, blobs base64, unknown members
// are dropped. Neither is a documented interface, which is why the SDK versions are pinned and both are used here only.
const cloudWatchCodec = new cloudwatch.CloudWatchClient({
  region: 'us-east-1',
  credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' },
}).config.protocol.getPayloadCodec();
const cloudWatchReader = cloudWatchCodec.createDeserializer();
const cloudWatchWriter = cloudWatchCodec.createSerializer();

type Schema = Parameters<typeof cloudWatchReader.read>[0];
type OperationSchema = readonly [9, string, string, number, () => Schema, () => Schema];
type ErrorSchema = readonly [-3, string, string, { readonly awsQueryError?: readonly [string, number] }];

async function decodeCloudWatchInput(operation: string, text: string): Promise<object> {
  const schema = cloudWatchOperation(operation);
  return schema === undefined ? {} : cloudWatchReader.read(schema[4](), text);
}

function encodeCloudWatchOutput(operation: string, output: object): string {
  const schema = cloudWatchOperation(operation);
  if (schema === undefined) throw unknownOperation(operation);
  cloudWatchWriter.write(schema[5](), output);
  const bytes: Uint8Array = cloudWatchWriter.flush();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function cloudWatchOperation(operation: string): OperationSchema | undefined {
  return exported<OperationSchema>(`${operation}$`);
}

/** `x-amzn-query-error` carries the code of the former query protocol, e.g. `ResourceNotFound`. */
function cloudWatchQueryCode(code: string): string {
  return exported<ErrorSchema>(`${code}$`)?.[3].awsQueryError?.[0] ?? code;
}

function exported<T>(name: string): T | undefined {
  return (cloudwatch as unknown as Readonly<Record<string, T | undefined>>)[name];
}
