import type { Coverage } from "../../conformance/coverage.ts"
import { CALLED_BY, EACH } from "./functions.ts"

/** How often in a million programs everything is to occur. */
const MARK = 1000
const MILLION = 1_000_000
const NAMED = 12

/** What occurred how often: the rarest functions and pairs of operations, and those below the mark. */
export function tableOf(coverage: Coverage, names: readonly string[], programs: number): Record<string, string> {
  const mark = (MARK * programs) / MILLION
  const ones = new Map(coverage.names.map((name, i) => [name, coverage.ones[i] ?? 0]))
  const functions = Object.entries(CALLED_BY)
    .filter(([, operations]) => operations.some((name) => name === EACH || names.includes(name)))
    .map(([name, operations]): Counted => [name, operations.reduce((sum, by) => sum + (by === EACH ? programs : (ones.get(by) ?? 0)), 0)])
  const pairs = names.flatMap((first) => names.map((second): Counted => [`${first} ${second}`, pairsOf(coverage, first, second)]))
  return { functions: lineOf(functions, mark), "ordered pairs of operations": lineOf(pairs, mark) }
}

type Counted = readonly [name: string, count: number]

function pairsOf({ names, pairs }: Coverage, first: string, second: string): number {
  return pairs[names.indexOf(first) * names.length + names.indexOf(second)] ?? 0
}

function lineOf(counted: readonly Counted[], mark: number): string {
  const rarest = counted.toSorted(([, a], [, b]) => a - b)
  const [least] = rarest
  const below = rarest.filter(([, count]) => count < mark)
  const some = below.slice(0, NAMED).map(([name, count]) => `${name} (${count})`)
  const total = counted.reduce((sum, [, count]) => sum + count, 0)
  const head = `${counted.length.toLocaleString("en")}, which occurred ${total.toLocaleString("en")} times; the rarest ${least === undefined ? "" : `${least[0]}, ${least[1].toLocaleString("en")} times`}`
  if (below.length === 0) return `${head}; none below ${MARK.toLocaleString("en")} in a million programs`
  return `${head}; below ${MARK.toLocaleString("en")} in a million programs: ${below.length.toLocaleString("en")}, ${some.join(", ")}${below.length > NAMED ? ", …" : ""}`
}
