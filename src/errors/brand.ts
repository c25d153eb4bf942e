/**
 * What marks the error classes of this package.
 *
 * `instanceof` holds across two copies of the package: each error class marks its
 * prototype with a symbol of the global registry, and `instanceof` looks for the mark.
 * A user's subclass carries no mark of its own and is tested in the ordinary way.
 */
type Constructor = abstract new (...args: never[]) => object

const brands = new WeakMap<object, symbol>()

/**
 * Marks `constructor` as the class called `name` of this package, with its `name` and
 * `code` on the prototype: literals survive a minifier, stacks show them from the start,
 * and errors are made faster than with fields.
 */
export function brand(constructor: Constructor, name: string, code: string): void {
  const mark = Symbol.for(`asyncio-ts.${name}`)
  brands.set(constructor, mark)
  Object.defineProperties(constructor.prototype, {
    [mark]: { value: true },
    name: { value: name, writable: true, configurable: true },
    code: { value: code, writable: true, configurable: true },
  })
  Object.defineProperty(constructor, Symbol.hasInstance, {
    value(this: object, value: unknown): boolean {
      const own = brands.get(this)
      if (own !== undefined) return typeof value === "object" && value !== null && own in value
      return Function.prototype[Symbol.hasInstance].call(this as () => void, value)
    },
  })
}
