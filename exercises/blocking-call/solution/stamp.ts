/** Stamps a letter. The stamp is slow, and this is a plain function: it blocks its thread until it is done. */
export function stamp(letter: string): string {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
  return `${letter}, stamped`
}
