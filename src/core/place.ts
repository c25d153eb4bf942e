/**
 * Places in the program: where something was made, and where code awaits.
 *
 * An `Error` made in `then`, which the engine calls for an `await`, has that await on its
 * asynchronous stack, and all above it, whatever is awaited. It takes some microseconds, so
 * only debug mode and whoever watches a program ask for it. To put it into words takes ten
 * times as long, so that is done when somebody reads them.
 */

/** A stack as it was taken. Until it is put into words it keeps the functions on it alive, as any error does. */
class Taken {
  #error: Error | undefined
  #lines: readonly string[] = []

  constructor(deep: number) {
    const limit = stacks.stackTraceLimit
    if (limit !== undefined) limitStacks(deep)
    // Not the global one, in whose place a program may have put its own.
    this.#error = new stacks()
    if (limit !== undefined) limitStacks(limit)
  }

  get lines(): readonly string[] {
    if (this.#error !== undefined) {
      this.#lines = linesOf(this.#error)
      this.#error = undefined
    }
    return this.#lines
  }
}

/** Where objects were made. */
class Origins {
  readonly #known = new WeakMap<object, Taken | string>()

  /** Writes down that `made` was made where this is called from. */
  takeOf(made: object): void {
    this.#known.set(made, new Taken(NEAR))
  }

  set(made: object, line: string): void {
    this.#known.set(made, line)
  }

  get(made: object): string | undefined {
    const known = this.#known.get(made)
    if (!(known instanceof Taken)) return known
    const line = programLines(known.lines)[0] ?? UNKNOWN
    this.#known.set(made, line)
    return line
  }
}

/** Only V8 has a limit; a program that has taken it away wants no stacks, and one that was set here would stay. */
export const stacks: { stackTraceLimit?: number } & ErrorConstructor = Error
const DEEP = 50
/** Enough for the innermost line of the program, whatever of this library stands above it. */
const NEAR = 20
const HERE = "/core/place."
/** What stands for a place that nobody knows. */
const UNKNOWN = "at an unknown place"
/** The name that our `then` has in stacks. */
const THEN = "asyncio-ts/then:"
/** What the engine, or a method of ours, puts between an await and what is awaited. */
const BETWEEN = /\b(Promise\.\w+) \(|\.(catch|finally) \(/

// The folder of this library, as stacks show it; none where a bundler has put all into one file.
const home = ((): string | undefined => {
  const own = linesOf(new Error()).find((line) => line.includes(HERE))
  return own === undefined ? undefined : /(\S+)\/core\/place\./.exec(own.replace("(", " "))?.[1]
})()

/** Where objects of this library were made, while somebody writes it down. */
export const origins = new Origins()
/** The same of what is awaited, within the budget for lines, where the engine does not tell of awaits. */
export const makers = new Origins()
/** Where each frame awaits, or did last, likewise. */
export const awaits = new WeakMap<object, AwaitPlace>()

/** The program's part of the stack, innermost first, such as `at async main (file:///shop/main.ts:12:3)`. */
export function programStack(): string[] {
  return programLines(new Taken(DEEP).lines)
}

function programLines(lines: readonly string[]): string[] {
  return lines.filter((line) => !isOurs(line) && !isTheHosts(line) && !BETWEEN.test(line))
}

/** `line`, unless it says only that nobody knows. */
export function known(line: string | undefined): string | undefined {
  return line === UNKNOWN ? undefined : line
}

/** Whether a file, or a line of a stack, is the program's and not of this library or its host. */
export function isProgram(line: string): boolean {
  return !isOurs(line) && !isTheHosts(line) && !line.startsWith("node:")
}

/** The innermost line of the program on the stack. */
export function place(): string {
  return programStack()[0] ?? UNKNOWN
}

/** Where an `await` stands that has called `then`, from within which this is called. */
export interface AwaitPlace {
  readonly line: string
  /** The same with all that awaits it in turn: one helper is called from many places. Empty where nobody knows. */
  readonly path: string
  /** What stands between, such as `Promise.all` or `catch`. */
  readonly by: string | undefined
  /** Whether it is code of this library that awaits. */
  readonly ours: boolean
  /** Whether an await is there, or a promise's function for several; and not a call of `then`, `catch` or `finally`. */
  readonly awaited: boolean
}

/**
 * Where the code awaits `on`. Before Node 26 the engine does not tell of an await of ours; then it is
 * the place where the coroutine was made, which most often is the same line.
 */
export function placeOfAwait(on: object): AwaitPlace {
  return new TakenAwait(on)
}

class TakenAwait implements AwaitPlace {
  readonly #taken = new Taken(DEEP)
  #on: object | undefined
  #found: AwaitPlace | undefined

  constructor(on: object) {
    this.#on = on
  }

  get line(): string {
    return this.#words.line
  }

  get path(): string {
    return this.#words.path
  }

  get by(): string | undefined {
    return this.#words.by
  }

  get ours(): boolean {
    return this.#words.ours
  }

  get awaited(): boolean {
    return this.#words.awaited
  }

  get #words(): AwaitPlace {
    if (this.#found === undefined) {
      const found = awaitPlace(this.#taken.lines)
      const made = this.#on === undefined || found.line !== UNKNOWN ? undefined : origins.get(this.#on)
      this.#found = made === undefined ? found : { ...found, line: made }
      this.#on = undefined
    }
    return this.#found
  }
}

function awaitPlace(stack: readonly string[]): AwaitPlace {
  const above = stack.slice(stack.findIndex((line) => line.includes(THEN)) + 1)
  // Up to this library, beyond which it differs between a first step and a later one.
  const ends = above.findIndex((line) => isOurs(line) && !BETWEEN.test(line))
  const path = above
    .slice(0, ends === -1 ? undefined : ends)
    .filter((line) => !isTheHosts(line) && !BETWEEN.test(line))
    .join("\n")
  const innermost = (): string => programLines(stack)[0] ?? UNKNOWN
  let by: string | undefined
  for (const line of above) {
    const between = BETWEEN.exec(line)
    if (between !== null) by ??= between[1] ?? between[2]
    else if (!isTheHosts(line)) {
      const awaited = line.startsWith("at async ") || by?.startsWith("Promise.") === true
      return { line: isOurs(line) ? innermost() : line, path, by, ours: isOurs(line), awaited }
    }
  }
  return { line: innermost(), path, by, ours: false, awaited: true }
}

function linesOf(error: Error): string[] {
  try {
    const { stack } = error
    // A program may have stacks made as it likes, with Error.prepareStackTrace, which may also throw.
    return typeof stack === "string" ? stack.split("\n").slice(1).map((line) => line.trim()) : []
  } catch {
    return []
  }
}

export function limitStacks(limit: number): void {
  try {
    stacks.stackTraceLimit = limit
  } catch {
    // Where intrinsics are frozen, stacks are as long as they are.
  }
}

function isOurs(line: string): boolean {
  return line.includes(THEN) || (home !== undefined && line.includes(`${home}/`))
}

function isTheHosts(line: string): boolean {
  return /(?:\(|at )(?:node|ext):/.test(line)
}
