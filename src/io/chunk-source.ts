/** Where chunks come from, one at a time. */
export interface ChunkSource<T> {
  /** Takes the stream and begins to look for chunks; `ready` is called whenever `take` may have something new. */
  begin(ready: () => void): void
  /** A chunk, or the end; undefined while there is none. Throws what the stream failed with. */
  take(): IteratorResult<T, undefined> | undefined
  /** A chunk was taken and others wait: `ready` is to be called when there is another. */
  wantAnother(): void
  /** Lets go of the stream, which has come to its end. */
  release(): void
  /** Stops the stream and lets go of it; a promise of the host's if that takes time. */
  stop(): Promise<void> | null
}
