/**
 * Context variables: values that belong to a task and what it starts.
 */
import { Shown } from "../structures/shown.ts"
import { host } from "../host/host.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { currentContext } from "./ambient.ts"
import { ContextValues, type ContextKey } from "./context.ts"
import { currentFrame, detachedFrame, Frame } from "./frame.ts"
import { Scheduler } from "./scheduler.ts"

/** In a worker the variables by their names, as whoever gives it jobs knows them; elsewhere none. */
export let variablesByName: Map<string, ContextVar<unknown>> | null = null

/** From here on each variable that is made is found by its name; the last of a name wins. */
export function nameVariables(): Map<string, ContextVar<unknown>> {
  return (variablesByName ??= new Map())
}

// Never started, so whoever asks for a running loop under it finds none.
const noLoop = new Scheduler()

/** Undoes one `set`; made by `ContextVar.set`. */
export class Token<T> extends Shown {
  readonly variable: ContextVar<T>
  /** What the variable had before; undefined with `hadValue` false when it had none. */
  readonly oldValue: T | undefined
  readonly hadValue: boolean
  readonly context: ContextValues
  used = false

  constructor(variable: ContextVar<T>, context: ContextValues) {
    super()
    this.variable = variable
    this.context = context
    this.hadValue = context.has(variable)
    this.oldValue = context.get(variable)
  }

  toString(): string {
    return `<Token${this.used ? " used" : ""} var=${this.variable.toString()}>`
  }
}

/**
 * A variable whose value belongs to the current context: each task has a copy of its
 * creator's, so what a task sets is seen by what it starts and by nobody else.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * const user = new asyncio.ContextVar("user", { default: "nobody" })
 * await asyncio.run(async () => {
 *   user.set("Ann")
 *   console.log(await asyncio.createTask(async () => user.get())) // -> Ann
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/contextvars.html
 */
export class ContextVar<T> extends Shown implements ContextKey<T> {
  readonly name: string
  readonly valueType?: T
  readonly #default: { value: T } | undefined

  constructor(name: string, options: { default?: T } = {}) {
    super()
    this.name = name
    this.#default = "default" in options ? { value: options.default } : undefined
    variablesByName?.set(name, this)
  }

  /**
   * The value in the current context, else `fallback`, else the variable's default.
   *
   * @throws RuntimeError if there is none of the three (Python's LookupError).
   */
  get(fallback?: T): T {
    const context = currentContext()
    if (context.has(this)) return context.get(this) as T // `has` says that a T was set
    if (fallback !== undefined) return fallback
    if (this.#default !== undefined) return this.#default.value
    throw new RuntimeError(`context variable '${this.name}' has no value here; set it, or give it a default`)
  }

  /** Sets the value in the current context; the token undoes it. */
  set(value: T): Token<T> {
    const context = currentContext()
    const token = new Token<T>(this, context)
    context.set(this, value)
    return token
  }

  /**
   * Restores what the variable had before the `set` that made `token`.
   *
   * @throws RuntimeError if the token was used, or comes from another context or variable.
   */
  reset(token: Token<T>): void {
    if (token.used) throw new RuntimeError(`the token for '${this.name}' has been used; each undoes one set`)
    if (token.variable !== this) throw new RuntimeError(`the token is for '${token.variable.name}', not '${this.name}'`)
    if (token.context !== currentContext()) {
      throw new RuntimeError(`the token for '${this.name}' was made in another context; reset it where it was set`)
    }
    token.used = true
    if (token.hadValue) token.context.set(this, token.oldValue as T) // hadValue says that a T was there
    else token.context.delete(this)
  }

  toString(): string {
    return `<ContextVar ${this.name}>`
  }
}

/**
 * The values of all context variables; `copyContext` makes one, `createTask` and callbacks
 * take one.
 *
 * @see https://docs.python.org/3/library/contextvars.html#contextvars.Context
 */
export class Context extends ContextValues {
  /** Calls `fn` with this context as the current one; changes stay in it. */
  run<R>(fn: () => R): R {
    return runIn(this, fn)
  }

  override toString(): string {
    return `<Context variables=${this.size}>`
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString()
  }

  override copy(): Context {
    return this.copyInto(new Context())
  }
}

/** A copy of the current context. */
export function copyContext(): Context {
  return currentContext().copyInto(new Context())
}

function runIn<R>(context: ContextValues, fn: () => R): R {
  const outer = currentFrame()
  if (outer === undefined || outer.ended) {
    // In a callback, or outside any loop: a frame that has ended lends its loop and context.
    return host.enter(detachedFrame(outer?.loop ?? noLoop, "Context.run", context), fn, undefined)
  }
  const frame = new Frame(outer.loop, "Context.run", outer.owner, outer, context)
  frame.begin()
  // An async function goes on in this microtask's wake; by then one that is not has ended.
  if (!host.followsAwait) host.microtask(() => {
    if (!frame.ended && host.store() === outer) host.setStore(frame)
  })
  let result: R
  try {
    result = host.enter(frame, fn, undefined)
  } catch (error) {
    frame.end()
    throw error
  }
  if (result instanceof Promise) {
    const end = (): void => {
      if (!host.followsAwait && host.store() === frame) host.setStore(outer)
      frame.end()
    }
    result.then(end, end)
  } else {
    frame.end()
  }
  return result
}
