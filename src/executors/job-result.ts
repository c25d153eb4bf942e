/** What a call gives, once awaited. */
export type Result<R> = Awaited<R>
/** What the items of a generator are. */
export type Item<R> = Awaited<R> extends AsyncIterable<infer T> | Iterable<infer T> ? Awaited<T> : never
