const brands = new WeakMap();
/** Marks `constructor` as the class called `name` of this package. */
export function brand(constructor, name) {
    const mark = Symbol.for(`asyncio-ts.${name}`);
    brands.set(constructor, mark);
    Object.defineProperty(constructor.prototype, mark, { value: true });
    Object.defineProperty(constructor, Symbol.hasInstance, {
        value(value) {
            const own = brands.get(this);
            if (own !== undefined)
                return typeof value === "object" && value !== null && own in value;
            return Function.prototype[Symbol.hasInstance].call(this, value);
        },
    });
}
