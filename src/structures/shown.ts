const inspect: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never // the symbol by which Node asks

/** What prints itself the same everywhere: in messages, with `String(…)`, in `console.log`. */
export abstract class Shown {
  abstract toString(): string;

  [inspect](): string {
    return this.toString()
  }
}
