/**
 * Inputs of a target: such as its grammar gives, and those that were found before, changed.
 */
import * as fc from "fast-check"
import type { Arbitrary } from "fast-check"
import type { Target } from "./target.ts"

/** Longer inputs show little that shorter ones do not, and take longer. */
const LONGEST = 16_384
/** Values at which code often changes its mind. */
const INTERESTING = [0, 1, 0x0a, 0x0d, 0x20, 0x22, 0x25, 0x2c, 0x3a, 0x3b, 0x3d, 0x5c, 0x7f, 0x80, 0xbf, 0xc2, 0xe2, 0xf0, 0xfe, 0xff]

interface Change {
  readonly kind: "byte" | "bit" | "insert" | "overwrite" | "remove" | "repeat" | "splice" | "end"
  readonly at: number
  readonly count: number
  readonly token: number
}

const change: Arbitrary<Change> = fc.record({
  kind: fc.constantFrom("byte", "bit", "insert", "insert", "overwrite", "remove", "repeat", "splice", "end"),
  at: fc.nat(0xffff),
  count: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 8 }) }, fc.integer({ min: 1, max: 300 })),
  token: fc.nat(0xffff),
})

/** @param pool - of those that showed something new; never empty */
export function inputsOf({ tokens, grammar }: Target, pool: readonly Buffer[]): Arbitrary<Buffer> {
  const words = tokens.map((token) => Buffer.from(token))
  const changed = fc
    .tuple(fc.nat(pool.length - 1), fc.array(change, { maxLength: 8 }))
    .map(([from, changes]) => changes.reduce((input, one) => applied(input, one, words, pool), pool[from] ?? Buffer.alloc(0)))
  const wild = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes))
  const joined = words.length === 0 ? wild : fc.array(fc.constantFrom(...words), { maxLength: 24 }).map((list) => Buffer.concat(list))
  return fc
    .oneof(
      { weight: 6, arbitrary: changed },
      { weight: 2, arbitrary: joined },
      { weight: 1, arbitrary: wild },
      ...(grammar === undefined ? [] : [{ weight: 4, arbitrary: grammar.map((bytes) => Buffer.from(bytes)) }]),
    )
    .map((input) => input.subarray(0, LONGEST))
}

/** Where an input is cut. */
export const cutsOfInputs: Arbitrary<number[]> = fc.array(fc.nat(0xffff), { maxLength: 5 })

function applied(input: Buffer, { kind, at: where, count, token }: Change, words: readonly Buffer[], pool: readonly Buffer[]): Buffer {
  const at = where % (input.length + 1)
  const word = words[token % Math.max(1, words.length)] ?? Buffer.from([token & 0xff])
  const before = input.subarray(0, at)
  switch (kind) {
    case "byte":
    case "bit": {
      if (at === input.length) return input
      const copy = Buffer.from(input)
      copy[at] = kind === "bit" ? (input[at] ?? 0) ^ (1 << (token % 8)) : (INTERESTING[token % INTERESTING.length] ?? 0)
      return copy
    }
    case "insert":
      return Buffer.concat([before, word, input.subarray(at)])
    case "overwrite":
      return Buffer.concat([before, word, input.subarray(at + word.length)])
    case "remove":
      return Buffer.concat([before, input.subarray(at + count)])
    case "repeat": {
      const again = input.subarray(at, at + count)
      return Buffer.concat([before, ...Array<Buffer>(2 + (token % 6)).fill(again), input.subarray(at + count)])
    }
    case "splice": {
      const other = pool[token % pool.length] ?? input
      return Buffer.concat([before, other.subarray(where % (other.length + 1))])
    }
    default:
      return before
  }
}
