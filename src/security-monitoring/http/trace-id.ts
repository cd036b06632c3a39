const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-[\x20-\x7e]{0,256})?$/;

/** The trace id of a `traceparent` header (W3C Trace Context section 3.2); undefined when it is not well formed. */
export function traceId(traceparent: string | undefined): string | undefined {
  if (traceparent === undefined || traceparent.length > 512) return undefined;
  const id = TRACEPARENT.exec(traceparent)?.[1];
  // Version 00 ends after the flags; later versions may go on.
  return traceparent.startsWith('00-') && traceparent.length !== 55 ? undefined : id;
}
