/**
 * The values of context variables at one place in the program.
 *
 * A map shared between copies until one of them is written: every task copies the context
 * of its creator, and most never set a variable.
 */
const nothing = new Map();
/**
 * Invariant: while `#shared`, `#values` is never written; the first write copies it.
 *
 * @see https://docs.python.org/3/library/contextvars.html#contextvars.Context
 */
export class ContextValues {
    #values = nothing;
    #shared = true;
    copy() {
        return this.copyInto(new ContextValues());
    }
    /** Makes `target`, which is new, a copy of this. */
    copyInto(target) {
        target.#values = this.#values;
        this.#shared = true;
        return target;
    }
    has(key) {
        return this.#values.has(key);
    }
    get(key) {
        return this.#values.get(key); // only `set` writes, with the key's own type
    }
    set(key, value) {
        this.#writable().set(key, value);
    }
    delete(key) {
        if (this.#values.has(key))
            this.#writable().delete(key);
    }
    entries() {
        return this.#values.entries();
    }
    get size() {
        return this.#values.size;
    }
    #writable() {
        if (this.#shared) {
            this.#values = new Map(this.#values);
            this.#shared = false;
        }
        return this.#values; // not shared, so ours to write
    }
}
