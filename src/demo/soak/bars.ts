/** What a run is held to: each bar is printed as it is met or missed. */
export class Bars {
  readonly missed: string[] = [];

  readonly bar = (holds: boolean, what: string): void => {
    console.log(`  ${holds ? 'ok  ' : 'FAIL'} ${what}`);
    if (!holds) this.missed.push(what);
  };
}
