/**
 * Which value stands in the way when something cannot be sent to a worker or back: the platform
 * says what it is, but not where.
 */
import { describeError } from "../../structures/arguments.ts"
import { canClone, livesHere, lost, obstacle, throwing, verdict, type Boundary, type Obstacle } from "./clone-verdict.ts"
import { badTransfer } from "./transfer-list.ts"
import { childrenOf, isEmpty, isOrdinary, type Child } from "./cloned-parts.ts"
import { pathOf, shortPath, type Place } from "./value-path.ts"
import { util } from "../node-util.ts"

/** The value in the way. */
export interface Uncloneable extends Obstacle {
  /** Where it is, as an expression: `argument 1.options[3].get("key")`. */
  readonly path: string
}

export interface FindOptions {
  /** What the path begins with; "value" by default. */
  readonly root?: string
  readonly boundary?: Boundary
}

/** Beyond so many objects the search would take longer than people wait for an error. */
const MOST_OBJECTS = 2_000_000
/** Asking the platform costs microseconds each time. */
const MOST_TRIALS = 20_000
/** What holds more properties is no options object, and every call would pay for looking. */
const MOST_OPTIONS = 20

/**
 * The first value in `value` that cannot be cloned, in the order in which cloning meets them,
 * or null. Only for when cloning has failed: it looks at everything.
 *
 * @param transferred - what is moved and need not be cloned
 */
export function findUncloneable(value: unknown, transferred: ReadonlySet<object>, options: FindOptions = {}): Uncloneable | null {
  const search = new Search(transferred, options.boundary ?? "thread")
  const found = search.run(value)
  if (found === undefined) return null
  const [place, { what, advice }] = found
  return { path: pathOf(place, options.root ?? "value"), what, advice }
}

type Found = readonly [place: Place, obstacle: Obstacle]

interface Open {
  readonly place: Place
  readonly children: Iterator<Child>
}

class Search {
  readonly #transferred: ReadonlySet<object>
  readonly #boundary: Boundary
  readonly #seen = new Set<object>()
  /** What was looked through, the inner before the outer. */
  readonly #through: Place[] = []
  /** Of each object all that hold it; kept where something is moved. */
  readonly #holders = new Map<object, object[]>()
  #trials = 0

  constructor(transferred: ReadonlySet<object>, boundary: Boundary) {
    this.#transferred = transferred
    this.#boundary = boundary
  }

  // Not by recursion: what is nested too deeply for the platform must not be too deep here.
  run(root: unknown): Found | undefined {
    const open: Open[] = []
    const enter = (place: Place): Found | undefined => {
      const judged = this.#judge(place)
      if (judged === "look") open.push({ place, children: childrenOf(place.value as object) }) // only objects are looked through
      return typeof judged === "object" ? this.#outermost(place, judged) : undefined
    }
    let found = enter({ value: root, parent: undefined, step: undefined })
    for (let last = open.at(-1); found === undefined && last !== undefined; last = open.at(-1)) {
      const next = last.children.next()
      if (next.done === true) {
        this.#through.push(last.place)
        open.pop()
        continue
      }
      const [step, value, thrown] = next.value
      const place = { value, parent: last.place, step }
      found = thrown === undefined ? enter(place) : [place, throwing(thrown.error)]
      if (this.#seen.size > MOST_OBJECTS) return undefined
    }
    return found ?? this.#byTrial()
  }

  #judge(place: Place): "whole" | "look" | Obstacle {
    const { value } = place
    if (typeof value === "object" && value !== null) {
      if (this.#transferred.size > 0 && place.parent !== undefined) {
        const holder = place.parent.value as object // only objects hold something
        const holders = this.#holders.get(value)
        if (holders === undefined) this.#holders.set(value, [holder])
        else holders.push(holder)
      }
      if (this.#seen.has(value) || this.#transferred.has(value)) return "whole"
      this.#seen.add(value)
    }
    const judged = verdict(value, this.#boundary)
    if (judged !== "look") return judged
    const object = value as object // only objects are looked through
    return !isOrdinary(object) && isEmpty(object) && !this.#try(object) ? obstacle(object) : "look"
  }

  #try(object: object): boolean {
    this.#trials += 1
    return this.#trials > MOST_TRIALS || canClone(object, this.#boundary)
  }

  // `socket._events.end is a function` would be true, and no help.
  #outermost(place: Place, judged: Obstacle): Found {
    let found: Found = [place, judged]
    for (let at: Place = place; at.parent !== undefined; at = at.parent) {
      const isInside = at.step?.kind === "property" && String(at.step.key).startsWith("_")
      const outer = isInside ? livesHere(at.parent.value) : undefined
      if (outer !== undefined) found = [at.parent, outer]
    }
    return found
  }

  /**
   * What nothing tells from an ordinary object, such as what `markAsUncloneable` was given, is
   * found by one clone of everything, the inner before the outer: a getter before each tells
   * how far it came.
   */
  #byTrial(): Found | undefined {
    const moving = this.#moving()
    const suspects = this.#through.filter(({ value }) => !moving.has(value as object)) // only objects are looked through
    let reached = -1
    const probes = suspects.flatMap((place, index) => [
      { get at() { return (reached = index) } },
      place.value,
    ])
    if (canClone(probes, this.#boundary)) return undefined
    const failing = suspects[reached]
    // The list itself may be too much to clone, and then nothing is known.
    if (failing === undefined || canClone(failing.value, this.#boundary)) return undefined
    // One that leads back to what holds it fails because of that: of a class, it is rather the one.
    let place = failing
    const leadsBack = [...childrenOf(failing.value as object)].some(([, value]) => !canClone(value, this.#boundary))
    while (leadsBack && isOrdinary(place.value as object) && place.parent !== undefined) place = place.parent
    return [place, obstacle(place.value as object)] // only objects are looked through, here and above
  }

  /** All that hold something that is moved: a trial of them would fail for that alone. */
  #moving(): Set<object> {
    const moving = new Set(this.#transferred)
    for (const object of moving) for (const holder of this.#holders.get(object) ?? []) moving.add(holder) // which come up in their turn
    return moving
  }
}

/** What was sent when sending failed. */
export interface Sent {
  /** What a single value is called, such as "result"; otherwise they are "argument 1" and so on. */
  readonly name?: string | undefined
  readonly transferList?: readonly unknown[] | undefined
  readonly boundary?: Boundary | undefined
}

/**
 * The error for the caller when something could not be sent: what stands in the way, where it
 * is, and what to do.
 *
 * @param attempt - `cannot send the arguments of 'analyse' to a worker`
 * @param roots - what was sent
 * @param error - what sending threw; becomes the `cause`
 */
export function refusal(attempt: string, roots: readonly unknown[], error: unknown, sent: Sent | string = {}): TypeError {
  const { name, transferList = [], boundary = isDataCloneError(error) ? "thread" : "process" }: Sent = typeof sent === "string" ? { name: sent } : sent
  return new TypeError(`${attempt}: ${explain(roots, error, name, transferList, boundary)}`, { cause: error })
}

function explain(roots: readonly unknown[], error: unknown, name: string | undefined, list: readonly unknown[], boundary: Boundary): string {
  const bad = badTransfer(list)
  if (bad !== undefined) return `entry ${bad.index + 1} of the transfer list is ${bad.what}; ${bad.advice}`
  const moved = new Set(list.filter((entry) => typeof entry === "object" && entry !== null))
  for (const [index, value] of roots.entries()) {
    const found = findUncloneable(value, moved, { root: name ?? `argument ${index + 1}`, boundary })
    if (found !== null) return `${shortPath(found.path)} is ${found.what}, which cannot be cloned; ${found.advice}`
  }
  if (error instanceof RangeError) return `it is nested too deeply to be cloned (${error.message}); send it as a flat list`
  return `${describeError(error)}; send plain data`
}

function isDataCloneError(error: unknown): boolean {
  return error instanceof DOMException || error instanceof RangeError
}

/**
 * Refuses what cloning would take for an empty object without a word: a coroutine, a future or
 * a signal as an argument or as a property of one. For the call, since sending does not fail.
 *
 * @throws TypeError that says where it is.
 */
export function refuseLost(attempt: string, roots: readonly unknown[], sent: Sent | string = {}): void {
  const { name, boundary = "thread" }: Sent = typeof sent === "string" ? { name: sent } : sent
  for (const [index, value] of roots.entries()) {
    if (typeof value !== "object" || value === null || util.types.isProxy(value)) continue
    const root: Place = { value, parent: undefined, step: undefined }
    refuseOne(attempt, root, name ?? `argument ${index + 1}`, boundary)
    if (Object.getPrototypeOf(value) !== Object.prototype) continue
    let left = MOST_OPTIONS
    for (const key in value) {
      if ((left -= 1) < 0) break
      const inside: unknown = Object.getOwnPropertyDescriptor(value, key)?.value
      refuseOne(attempt, { value: inside, parent: root, step: { kind: "property", key } }, name ?? `argument ${index + 1}`, boundary)
    }
  }
}

function refuseOne(attempt: string, place: Place, root: string, boundary: Boundary): void {
  const { value } = place
  if (typeof value !== "object" || value === null || util.types.isProxy(value)) return
  const found = lost(value, boundary)
  if (found !== undefined) throw new TypeError(`${attempt}: ${pathOf(place, root)} is ${found.what}, which cannot be cloned; ${found.advice}`)
}
