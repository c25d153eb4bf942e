/** Where a value is found in another, written as people write it: `argument 1.options[3]`. */

/** One step from a value to one inside it. */
export type Step =
  | { readonly kind: "property"; readonly key: string | number }
  /** The value of a Map's entry. */
  | { readonly kind: "value"; readonly key: unknown; readonly index: number }
  /** The key of a Map's entry. */
  | { readonly kind: "key"; readonly index: number }
  /** A member of a Set. */
  | { readonly kind: "member"; readonly index: number }

/** A value and how it was come to. */
export interface Place {
  readonly value: unknown
  readonly parent: Place | undefined
  readonly step: Step | undefined
}

const LONGEST = 240

/** The path to `place`, as an expression on `root`. */
export function pathOf(place: Place, root: string): string {
  const steps: Step[] = []
  for (let at: Place | undefined = place; at?.step !== undefined; at = at.parent) steps.push(at.step)
  let text = ""
  for (const step of steps.reverse()) {
    if (step.kind === "property") text += property(step.key)
    else if (step.kind === "value" && isPlainKey(step.key)) text += `.get(${shown(step.key)})`
    else {
      // What has no key that can be written is counted.
      const all = step.kind === "key" ? ".keys()" : step.kind === "value" ? ".values()" : ""
      root = `[...${root}${text}${all}]`
      text = `[${step.index}]`
    }
  }
  return root + text
}

/** A path that a message has room for. */
export function shortPath(path: string): string {
  return path.length <= LONGEST ? path : `${path.slice(0, LONGEST / 2)} … ${path.slice(-LONGEST / 2)}`
}

function property(key: string | number): string {
  if (typeof key === "number") return `[${key}]`
  if (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)) return `.${key}`
  return /^(0|[1-9]\d*)$/.test(key) ? `[${key}]` : `[${JSON.stringify(key)}]`
}

function isPlainKey(key: unknown): boolean {
  return (typeof key !== "object" && typeof key !== "function" && typeof key !== "symbol") || key === null
}

function shown(key: unknown): string {
  if (typeof key === "bigint") return `${key}n`
  return typeof key === "string" ? JSON.stringify(key) : String(key)
}
