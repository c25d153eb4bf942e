import { describe } from "../structures/arguments.ts"
import { brand } from "./brand.ts"

type Condition = ((error: unknown) => boolean) | (abstract new (...args: never[]) => object)

/**
 * Several errors raised as one, such as those of the children of a `TaskGroup`.
 *
 * `errors` holds them in the order in which they came; a group may hold groups.
 *
 * @see https://docs.python.org/3/library/exceptions.html#exception-groups
 */
export class ExceptionGroup extends AggregateError {
  declare readonly name: "ExceptionGroup"
  declare readonly code: "ERR_EXCEPTION_GROUP"

  static {
    brand(this, "ExceptionGroup", "ERR_EXCEPTION_GROUP")
  }

  /** @throws RangeError if `errors` is empty: a group of nothing says nothing. */
  constructor(message: string, errors: Iterable<unknown>, options?: ErrorOptions) {
    const list = [...errors]
    if (list.length === 0) throw new RangeError("an ExceptionGroup needs at least one error")
    const count = `${list.length} ${list.length === 1 ? "error" : "errors"}`
    super(list, `${message} (${count}): ${list.map(brief).join("; ")}`, options)
    this.title = message
  }

  /** The message without the list of errors. */
  readonly title: string

  /**
   * The part of this group whose errors match, with the nesting kept, or undefined.
   *
   * @param condition - an error class, to which a group may belong as a whole, or a function
   * that says whether an error matches, which is not asked about groups
   */
  subgroup(condition: Condition): ExceptionGroup | undefined {
    return this.split(condition)[0]
  }

  /** The part that matches and the part that does not; either may be undefined. */
  split(condition: Condition): [ExceptionGroup | undefined, ExceptionGroup | undefined] {
    if (isErrorClass(condition) && this instanceof condition) return [this, undefined]
    const matching: unknown[] = []
    const rest: unknown[] = []
    for (const error of this.errors as unknown[]) {
      if (error instanceof ExceptionGroup) {
        const [inside, outside] = error.split(condition)
        if (inside !== undefined) matching.push(inside)
        if (outside !== undefined) rest.push(outside)
      } else if (matches(error, condition)) {
        matching.push(error)
      } else {
        rest.push(error)
      }
    }
    return [this.#part(matching), this.#part(rest)]
  }

  #part(errors: unknown[]): ExceptionGroup | undefined {
    if (errors.length === 0) return undefined
    return new ExceptionGroup(this.title, errors, "cause" in this ? { cause: this.cause } : undefined)
  }
}

function matches(error: unknown, condition: Condition): boolean {
  return isErrorClass(condition) ? error instanceof condition : condition(error)
}

// A predicate written with `function` has a prototype as a class has; only an error class
// has one that inherits from Error's.
function isErrorClass(condition: Condition): condition is abstract new (...args: never[]) => object {
  const prototype: unknown = (condition as { prototype?: unknown }).prototype
  return prototype === Error.prototype || prototype instanceof Error
}

function brief(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : describe(error)
}
