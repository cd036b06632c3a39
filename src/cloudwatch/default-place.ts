/** The account and region of calls that name none, by the names that calls give them. */
export function defaultPlace(accounts: readonly { readonly alias: string; readonly defaultRegion: string }[]): {
  readonly account: string;
  readonly region: string;
} {
  const [first] = accounts;
  if (first === undefined) throw new Error('A caller without accounts was let through');
  return { account: first.alias, region: first.defaultRegion };
}
