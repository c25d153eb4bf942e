import { checkFunction, describe, refuseThenable } from "../structures/arguments.js";
import { Deque } from "../structures/deque.js";
import { Heap } from "../structures/heap.js";
import { QueueEmpty, QueueFull, QueueShutDown } from "../errors/queue-errors.js";
import { Operation, waiting } from "../core/operation.js";
import { Binding } from "./binding.js";
import { Event } from "./event.js";
import { WaitList } from "./wait-list.js";
// What the operations on a queue need of it.
const getters = Symbol("getters");
const putters = Symbol("putters");
const binding = Symbol("binding");
const isShutDown = Symbol("isShutDown");
/**
 * A queue between tasks: first in, first out; `put` waits for room and `get` for an item.
 *
 * `for await` takes items until the queue is shut down and drained. An item stays in the
 * queue until its getter has its turn.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const queue = new asyncio.Queue<string>(1)
 *   const producer = asyncio.createTask(async () => {
 *     for (const name of ["a", "b"]) await queue.put(name)
 *     queue.shutdown()
 *   })
 *   let all = ""
 *   for await (const name of queue) all += name
 *   await producer
 *   console.log(all) // -> ab
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-queue.html#asyncio.Queue
 */
export class Queue {
    // Invariants: while an item is there, no getter in line is pending, and while there is
    // room, no putter is; #unfinished is the number of items put and not yet told done.
    [getters] = new WaitList();
    [putters] = new WaitList();
    [binding] = new Binding("Queue");
    #storage;
    #maxsize;
    #unfinished = 0;
    #finished = new Event();
    #shutDown = false;
    /** @param maxsize - how many items it holds; 0 or less for no limit */
    constructor(maxsize = 0, storage = new InOrder()) {
        if (typeof maxsize !== "number" || Number.isNaN(maxsize)) {
            throw new TypeError(`the maxsize of a queue is a number, not ${describe(maxsize)}`);
        }
        this.#maxsize = maxsize;
        this.#storage = storage;
        this.#finished.set();
    }
    get maxsize() {
        return this.#maxsize;
    }
    qsize() {
        return this.#storage.size;
    }
    empty() {
        return this.#storage.size === 0;
    }
    full() {
        return this.#maxsize > 0 && this.#storage.size >= this.#maxsize;
    }
    get [isShutDown]() {
        return this.#shutDown;
    }
    /**
     * Puts an item, waiting for room if necessary.
     *
     * @throws QueueShutDown if the queue is shut down; TypeError at the call for a promise or
     * coroutine, which whoever gets it would run unasked.
     * @throws CancelledError if the task is cancelled first; the item is not in the queue.
     */
    put(item) {
        refuseThenable(item, "an item of a queue");
        return new Put(this, item);
    }
    /**
     * Takes the next item, waiting for one if necessary.
     *
     * @throws QueueShutDown if the queue is shut down and drained.
     * @throws CancelledError if the task is cancelled first; no item is lost.
     */
    get() {
        return new Get(this);
    }
    /** Puts an item at once. @throws QueueFull without room; QueueShutDown; TypeError as `put`. */
    putNowait(item) {
        refuseThenable(item, "an item of a queue");
        if (this.#shutDown)
            throw new QueueShutDown("the queue is shut down and takes no more items");
        if (this.full())
            throw new QueueFull(`the queue holds ${this.#maxsize} items, which is its maxsize; await put(…)`);
        this.#storage.push(item);
        this.#unfinished += 1;
        this.#finished.clear();
        this[getters].popFirst();
    }
    /** Takes an item at once. @throws QueueEmpty without one; QueueShutDown once drained. */
    getNowait() {
        if (this.empty()) {
            if (this.#shutDown)
                throw new QueueShutDown("the queue is shut down and drained");
            throw new QueueEmpty("the queue is empty; await get()");
        }
        const item = this.#storage.take();
        this[putters].popFirst();
        return item;
    }
    /** Tells that an item that was taken is dealt with. @throws RangeError if called once too often. */
    taskDone() {
        if (this.#unfinished <= 0)
            throw new RangeError("taskDone() called too many times: once for each item taken");
        this.#unfinished -= 1;
        if (this.#unfinished === 0)
            this.#finished.set();
    }
    /**
     * Waits until every item that was put has been told done.
     *
     * @throws CancelledError if the task is cancelled first.
     */
    join() {
        return this.#finished.wait();
    }
    /**
     * Refuses further items; getters take what is left, then get QueueShutDown.
     *
     * @param options - `immediate` drops what is left
     */
    shutdown(options = {}) {
        this.#shutDown = true;
        if (options.immediate === true) {
            while (!this.empty()) {
                this.#storage.take();
                if (this.#unfinished > 0)
                    this.#unfinished -= 1;
            }
            if (this.#unfinished === 0)
                this.#finished.set();
        }
        this[getters].popAll();
        this[putters].popAll();
    }
    /** A snapshot for people and tests. */
    statistics() {
        return {
            items: this.qsize(),
            maxsize: this.#maxsize,
            unfinishedTasks: this.#unfinished,
            gettersWaiting: this[getters].size,
            puttersWaiting: this[putters].size,
            shutDown: this.#shutDown,
        };
    }
    async *[Symbol.asyncIterator]() {
        for (;;) {
            let item;
            try {
                item = await this.get();
            }
            catch (error) {
                if (error instanceof QueueShutDown)
                    return;
                throw error;
            }
            yield item;
        }
    }
}
/**
 * A queue that gives the least item first; equal ones in no particular order.
 *
 * @see https://docs.python.org/3/library/asyncio-queue.html#asyncio.PriorityQueue
 */
export class PriorityQueue extends Queue {
    /** @param options - `compare`: negative when the first comes before the second; `<` by default */
    constructor(maxsize = 0, options = {}) {
        const { compare = ascending } = options;
        checkFunction(compare, "the comparison of a PriorityQueue");
        super(maxsize, new LeastFirst(compare));
    }
}
/**
 * A queue that gives the newest item first.
 *
 * @see https://docs.python.org/3/library/asyncio-queue.html#asyncio.LifoQueue
 */
export class LifoQueue extends Queue {
    constructor(maxsize = 0) {
        super(maxsize, new NewestFirst());
    }
}
function ascending(a, b) {
    // Any two values can be compared with `<`; what it means is the caller's concern.
    return a < b ? -1 : b < a ? 1 : 0;
}
class InOrder {
    #items = new Deque();
    get size() {
        return this.#items.size;
    }
    push(item) {
        this.#items.push(item);
    }
    take() {
        return this.#items.shift(); // the queue takes only when size > 0
    }
}
class NewestFirst {
    #items = new Deque();
    get size() {
        return this.#items.size;
    }
    push(item) {
        this.#items.push(item);
    }
    take() {
        return this.#items.pop(); // the queue takes only when size > 0
    }
}
class LeastFirst {
    #items;
    constructor(compare) {
        this.#items = new Heap(compare);
    }
    get size() {
        return this.#items.size;
    }
    push(item) {
        this.#items.push(item);
    }
    take() {
        return this.#items.pop(); // the queue takes only when size > 0
    }
}
/** Waits in one of a queue's lines until it can do its work. */
class QueueOperation extends Operation {
    queue;
    constructor(queue) {
        super();
        this.queue = queue;
    }
    begin() {
        if (!this.blocked())
            return this.perform();
        if (this.queue[isShutDown])
            throw new QueueShutDown("the queue is shut down");
        this.queue[binding].bind(this);
        this.line().add(this);
        return waiting;
    }
    woken(error) {
        if (error === null)
            return this.begin();
        this.#giveUp();
        throw error;
    }
    dropped() {
        this.#giveUp();
    }
    #giveUp() {
        this.line().remove(this);
        // It was woken but cannot take its turn: the next in line gets it.
        if (!this.blocked() && !this.cancelled)
            this.line().popFirst();
    }
}
class Put extends QueueOperation {
    #item;
    constructor(queue, item) {
        super(queue);
        this.#item = item;
    }
    get name() {
        return "Queue.put";
    }
    blocked() {
        return this.queue.full();
    }
    line() {
        return this.queue[putters];
    }
    perform() {
        this.queue.putNowait(this.#item);
    }
}
class Get extends QueueOperation {
    get name() {
        return "Queue.get";
    }
    blocked() {
        return this.queue.empty();
    }
    line() {
        return this.queue[getters];
    }
    perform() {
        return this.queue.getNowait();
    }
}
