/** Text without what a reader cannot see, and how many characters (code points) went. */
export interface CleanText {
  readonly text: string;
  readonly removed: number;
}

const [ESC, BEL, ST, CSI] = ['\u001b', '\u0007', '\u009c', '\u009b'];
/** DCS, SOS, OSC, PM and APC as single controls. */
const STRING_CONTROLS = '\u0090\u0098\u009d-\u009f';

/**
 * Control sequences of terminals (ECMA-48): CSI, the strings OSC, DCS, SOS, PM and APC up to their end, the rest.
 * Every repetition excludes what follows it, so the time is linear.
 */
const ESCAPE_SEQUENCE = [
  String.raw`(?:${ESC}\[|${CSI})[0-?]*[ -\/]*[@-~]`,
  String.raw`(?:${ESC}[\]PX\^_]|[${STRING_CONTROLS}])[^${BEL}${ESC}${ST}]*(?:${BEL}|${ESC}\\|${ST})`,
  String.raw`${ESC}[ -\/]*[0-Z\\\x60-~]`,
].join('|');

/**
 * Controls but tab and newline, lone surrogates, interlinear marks, and everything Unicode calls ignorable by default:
 * soft hyphen, zero-width, bidi, fillers, variation selectors and the tag block (UAX #44).
 */
const INVISIBLE = String.raw`[[\p{Cc}--[\t\n]]\p{Surrogate}\ufff9-\ufffb\p{Default_Ignorable_Code_Point}]`;

const UNWANTED = new RegExp(`${ESCAPE_SEQUENCE}|${INVISIBLE}+`, 'gv');
/** Nearly all text is free of all of it; this looks faster than the whole pattern. */
const SUSPECT = new RegExp(INVISIBLE, 'v');

/**
 * Removes what hides instructions from people or steers a terminal: escape sequences, control, bidi and invisible
 * characters. SECURITY: what is left holds none of them, whatever the order they came in, in linear time.
 */
export function cleanText(text: string): CleanText {
  if (!SUSPECT.test(text)) return { text, removed: 0 };
  let removed = 0;
  const cleaned = text.replace(UNWANTED, (unwanted) => {
    removed += codePoints(unwanted);
    return '';
  });
  return { text: cleaned, removed };
}

function codePoints(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) count += 1;
  return count;
}
