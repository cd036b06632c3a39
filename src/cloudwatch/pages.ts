/** A part of a longer list. */
export interface Collected<T> {
  readonly items: readonly T[];
  /** True when there is more than was taken. */
  readonly truncated: boolean;
}

/** The first `limit` items of a paged listing; asks for no page beyond the one that shows that there is more. */
export async function collect<P, T>(
  listing: AsyncIterable<P>,
  itemsOf: (page: P) => readonly T[] | undefined,
  limit: number,
): Promise<Collected<T>> {
  const items: T[] = [];
  for await (const page of listing) {
    items.push(...(itemsOf(page) ?? []));
    if (items.length > limit) return { items: items.slice(0, limit), truncated: true };
  }
  return { items, truncated: false };
}

/** The pages of an operation the SDK has no paginator for; ends at a missing or a repeated token. */
export async function* pages<P extends { readonly nextToken?: string }>(
  fetchPage: (nextToken: string | undefined) => Promise<P>,
): AsyncGenerator<P> {
  let token: string | undefined;
  do {
    const page = await fetchPage(token);
    yield page;
    if (page.nextToken === token) return;
    token = page.nextToken;
  } while (token !== undefined);
}
