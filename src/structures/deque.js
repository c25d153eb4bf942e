/**
 * A ring buffer: a first-in, first-out queue without allocation per item.
 *
 * Not an array with `shift()`: V8 moves large arrays on each shift, and a ready
 * queue of 100,000 handles would cost O(n²).
 *
 * Invariant: the items are at `#head`, `#head + 1`, … (modulo capacity), `#size`
 * of them; every other slot is undefined, so that nothing taken out is retained.
 */
export class Deque {
    #items;
    #head = 0;
    #size = 0;
    constructor(capacity = 16) {
        this.#items = new Array(ceilingPowerOfTwo(capacity)).fill(undefined);
    }
    get size() {
        return this.#size;
    }
    push(item) {
        if (this.#size === this.#items.length)
            this.#grow();
        this.#items[(this.#head + this.#size) & (this.#items.length - 1)] = item;
        this.#size += 1;
    }
    /** Takes the oldest item, or undefined when there is none. */
    shift() {
        if (this.#size === 0)
            return undefined;
        const item = this.#items[this.#head];
        this.#items[this.#head] = undefined;
        this.#head = (this.#head + 1) & (this.#items.length - 1);
        this.#size -= 1;
        return item;
    }
    /** Takes the newest item, or undefined when there is none. */
    pop() {
        if (this.#size === 0)
            return undefined;
        this.#size -= 1;
        const slot = (this.#head + this.#size) & (this.#items.length - 1);
        const item = this.#items[slot];
        this.#items[slot] = undefined;
        return item;
    }
    /** The oldest item, left where it is. */
    peek() {
        return this.#items[this.#head];
    }
    clear() {
        this.#items = new Array(16).fill(undefined);
        this.#head = 0;
        this.#size = 0;
    }
    *[Symbol.iterator]() {
        for (let i = 0; i < this.#size; i += 1) {
            // Within the first #size slots every item is present (the invariant above).
            yield this.#items[(this.#head + i) & (this.#items.length - 1)];
        }
    }
    #grow() {
        const old = this.#items;
        const grown = new Array(old.length * 2).fill(undefined);
        for (let i = 0; i < this.#size; i += 1)
            grown[i] = old[(this.#head + i) & (old.length - 1)];
        this.#items = grown;
        this.#head = 0;
    }
}
function ceilingPowerOfTwo(n) {
    let power = 16;
    while (power < n)
        power *= 2;
    return power;
}
