import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type HandleRequestOptions,
  type JSONRPCMessage,
  type RequestId,
  type TransportSendOptions,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';

const currentCall = new AsyncLocalStorage<RequestId>();

/**
 * A session's transport. What a call asks its client goes onto that call's own stream: the protocol library would send
 * it to the stream a client may listen on besides, and lose it where there is none.
 */
export class SessionTransport extends WebStandardStreamableHTTPServerTransport {
  handleCall(call: RequestId, request: Request, options: HandleRequestOptions): Promise<Response> {
    return currentCall.run(call, () => this.handleRequest(request, options));
  }

  override send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const call = currentCall.getStore();
    const asks = 'method' in message && 'id' in message && options?.relatedRequestId === undefined;
    return super.send(message, asks && call !== undefined ? { ...options, relatedRequestId: call } : options);
  }
}
