/**
 * What a notebook shows of an object: the same in several forms, of which it takes the richest
 * that it knows. Deno's kernel asks the object that a cell ends with.
 */

/** By media type, such as `text/html`; `text/plain` is what every notebook knows. */
export interface Rich {
  readonly "text/plain": string
  readonly "text/html"?: string
}

/** The method that the kernel asks. */
export const rich: unique symbol = Symbol.for("Jupyter.display") as never // the same for the kernel

/** What a notebook shows in more than letters. */
export interface Shows {
  [rich](): Rich
}

/** Has all objects of a class shown so. */
export function shownAs<T extends object>(prototype: T, show: (self: T) => Rich): void {
  Object.defineProperty(prototype, rich, {
    value(this: T) {
      return show(this)
    },
    writable: true,
    configurable: true,
  })
}
