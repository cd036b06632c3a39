const DEPTH_LIMIT = 64;
/** Several times what the largest of our tools could be told; ten times as much keeps a core busy for half a second. */
const MEMBERS_LIMIT = 10_000;

/** What a message of JSON is made of. */
export interface JsonShape {
  /** The deepest nesting of arrays and objects. */
  readonly depth: number;
  /** Members of objects and items of arrays, at all depths; one too many for each that is empty. */
  readonly members: number;
}

/** Measures JSON text without parsing it. */
export function jsonShape(text: string): JsonShape {
  let depth = 0;
  let deepest = 0;
  let members = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charCodeAt(index);
    if (inString) {
      if (char === 0x5c) index += 1;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x2c) members += 1;
    else if (char === 0x5b || char === 0x7b) {
      members += 1;
      deepest = Math.max(deepest, ++depth);
    } else if (char === 0x5d || char === 0x7d) depth -= 1;
  }
  return { depth: deepest, members };
}

/** What makes a message too laborious to read, as the end of a sentence; undefined when nothing does. */
export function jsonExcess(text: string): string | undefined {
  const { depth, members } = jsonShape(text);
  if (depth > DEPTH_LIMIT) return `is nested deeper than ${DEPTH_LIMIT} levels`;
  return members > MEMBERS_LIMIT ? `has more than ${MEMBERS_LIMIT} members and items` : undefined;
}
