/**
 * A binary heap over a comparison: the least item first.
 *
 * Invariant: no item compares less than its parent at `(i - 1) >> 1`.
 */
export class Heap {
    #items = [];
    #compare;
    /** @param compare - negative when `a` comes first; equal items leave in no particular order */
    constructor(compare) {
        this.#compare = compare;
    }
    get size() {
        return this.#items.length;
    }
    /** The least item, left where it is. */
    peek() {
        return this.#items[0];
    }
    push(item) {
        this.#items.push(item);
        this.#rise(this.#items.length - 1);
    }
    /** Takes the least item, or undefined when there is none. */
    pop() {
        const items = this.#items;
        const least = items[0];
        const last = items.pop();
        // `last` is undefined only when the heap was empty, and then so is `least`.
        if (items.length > 0 && last !== undefined) {
            items[0] = last;
            this.#sink(0);
        }
        return least;
    }
    /** Drops every item for which `keep` is false, in O(n). */
    retain(keep) {
        this.#items = this.#items.filter(keep);
        for (let i = (this.#items.length >> 1) - 1; i >= 0; i -= 1)
            this.#sink(i);
    }
    clear() {
        this.#items = [];
    }
    [Symbol.iterator]() {
        return this.#items.values();
    }
    #rise(index) {
        const items = this.#items;
        const item = items[index]; // callers pass an index within the heap
        let at = index;
        while (at > 0) {
            const above = (at - 1) >> 1;
            const parent = items[above]; // above < at
            if (this.#compare(item, parent) >= 0)
                break;
            items[at] = parent;
            at = above;
        }
        items[at] = item;
    }
    #sink(index) {
        const items = this.#items;
        const item = items[index]; // callers pass an index within the heap
        const half = items.length >> 1;
        let at = index;
        while (at < half) {
            let below = 2 * at + 1;
            let child = items[below]; // at < half, so a left child exists
            const right = items[below + 1];
            if (below + 1 < items.length && this.#compare(right, child) < 0) {
                below += 1;
                child = right; // below + 1 was checked against the length
            }
            if (this.#compare(item, child) <= 0)
                break;
            items[at] = child;
            at = below;
        }
        items[at] = item;
    }
}
