var _a;
/**
 * Frames: the bodies that run now, as a tree.
 *
 * A frame is the body of a task, a coroutine, a timeout or a group while it runs. It is
 * what the host keeps as the store of the code that executes, so that an `await` finds out
 * whose it is. Below a frame hang the frames it started and the waits it opened; a request
 * to cancel walks down to them, and nothing below outlives the frame.
 */
import { host } from "../host/host.js";
import { cancellation } from "./cancel-request.js";
/**
 * Invariants: `root` is the topmost frame of its task; `root.requested` is the sum of
 * `requests` over the live frames of the tree, and `root.interrupted` the number of its
 * frames that hold an undelivered request; a counted frame with nothing below it counts
 * once in `loop.unheld`.
 */
export class Frame {
    loop;
    name;
    depth;
    context;
    owner;
    parent;
    root;
    first = null;
    last = null;
    previous = null;
    next = null;
    ended = false;
    /** Whether this frame counts in `loop.unheld`; not before it begins, nor once it is given up. */
    #counted = false;
    /** Requests aimed at this frame that nobody has withdrawn. */
    requests = 0;
    requested = 0;
    interrupted = 0;
    undelivered = null;
    boundary = null;
    /** A timeout of this frame may end what it waits for. */
    deadline = false;
    #controller;
    constructor(loop, name, owner, parent, context) {
        this.loop = loop;
        this.name = name;
        this.owner = owner;
        this.parent = parent;
        this.context = context;
        this.root = parent === null ? this : parent.root;
        this.depth = parent === null ? 0 : parent.depth + 1;
    }
    /** The body starts to run. */
    begin() {
        this.#counted = true;
        this.loop.unheld += 1;
        this.parent?.attach(this);
    }
    /** The body has ended: what hangs below is orphaned, and the frame leaves the tree. */
    end() {
        if (this.ended)
            return;
        this.ended = true;
        if (this.#counted && this.first === null)
            this.#held();
        this.#counted = false;
        while (this.first !== null) {
            const below = this.first;
            this.detach(below);
            below.orphan();
        }
        const { parent } = this;
        if (parent !== null) {
            if (this.requests > 0 || this.undelivered !== null)
                this.#handUp(parent);
            parent.detach(this);
        }
        this.loop.ended(this);
    }
    attach(below) {
        const { last } = this;
        below.previous = last;
        this.last = below;
        if (last !== null) {
            last.next = below;
        }
        else {
            this.first = below;
            if (this.#counted)
                this.#held();
        }
    }
    detach(below) {
        const { previous, next } = below;
        if (previous === null)
            this.first = next;
        else
            previous.next = next;
        if (next === null)
            this.last = previous;
        else
            next.previous = previous;
        below.previous = null;
        below.next = null;
        if (this.first === null && this.#counted)
            this.loop.unheld += 1;
    }
    interrupt(request) {
        const told = this.#abortSignal(request);
        if (this.first === null) {
            this.deliverLater(request, told);
            return;
        }
        for (let below = this.first; below !== null;) {
            const next = below.next;
            below.interrupt(request);
            below = next;
        }
    }
    /** Takes back what this frame holds for its line. */
    forgiveLine() {
        this.#delivered();
    }
    forgive() {
        this.#delivered();
        for (let below = this.first; below !== null; below = below.next)
            below.forgive();
    }
    /** Whether the next await of this line is to throw. */
    get hasUndelivered() {
        if (this.root.interrupted === 0)
            return false;
        for (let frame = this; frame !== null; frame = frame.parent) {
            if (frame.undelivered !== null)
                return true;
        }
        return false;
    }
    /** The request that the next await of this line is to throw, taken off whoever holds it. */
    takeUndelivered() {
        if (this.root.interrupted === 0)
            return null;
        let taken = null;
        for (let frame = this; frame !== null; frame = frame.parent) {
            const { undelivered } = frame;
            if (undelivered !== null && !undelivered.told)
                taken ??= undelivered.request;
            frame.#delivered();
        }
        return taken;
    }
    orphan() {
        this.giveUp("orphaned");
    }
    /** Cuts this frame off its task; its code may go on, but nobody waits for it. */
    giveUp(why) {
        if (this.#counted && this.first === null)
            this.#held();
        this.#counted = false;
        if (this.undelivered !== null)
            this.root.interrupted -= 1;
        const { owner, parent } = this;
        if (parent !== null) {
            parent.requests += this.requests;
            this.requests = 0;
            if (why === "left behind")
                parent.detach(this);
        }
        if (this.loop.turn === this)
            this.loop.turn = parent;
        this.parent = null;
        this.#adopt(this);
        this.interrupted = this.undelivered === null ? 0 : 1;
        owner?.disown(this, why);
    }
    #adopt(root) {
        this.root = root;
        for (let below = this.first; below !== null; below = below.next) {
            if (below instanceof _a)
                below.#adopt(root);
        }
    }
    /**
     * Nothing is open below: the code runs, and will meet the request at its next await; or it
     * awaits something foreign. Which of the two shows once no microtask is left.
     */
    deliverLater(request, told) {
        this.#delivered();
        const undelivered = { request, told, holder: this };
        this.undelivered = undelivered;
        this.root.interrupted += 1;
        const { loop } = this;
        loop.hostOperations += 1;
        const look = () => {
            loop.hostOperations -= 1;
            loop.wake();
            undelivered.holder?.leaveBehind(request);
        };
        const afterwards = () => host.microtask(() => host.afterMicrotasks(look));
        // An operation that was told may need the host once more before it gives up.
        const run = told ? () => host.macrotask(() => host.macrotask(afterwards)) : afterwards;
        loop.schedule({ quiet: true, run });
    }
    /** A signal for host operations of this frame's line. */
    get signal() {
        this.#controller ??= host.newAbortController();
        return this.#controller?.signal;
    }
    /** Aborts this frame's signal; true if somebody listened while the line was not running. */
    #abortSignal(request) {
        const controller = this.#controller;
        if (controller === undefined)
            return false;
        this.#controller = undefined;
        const told = host.isListenedTo(controller.signal) && !this.loop.inTurn(this);
        controller.abort(cancellation(request));
        return told;
    }
    /** Gives up every line at or below this frame that awaits something foreign. */
    leaveBehind(request) {
        if (this.first !== null) {
            for (let below = this.first; below !== null;) {
                const next = below.next;
                if (below instanceof _a)
                    below.leaveBehind(request);
                below = next;
            }
            return;
        }
        const { boundary } = this;
        this.boundary = null;
        if (boundary === null)
            return;
        this.giveUp("left behind");
        boundary.abandon(request);
    }
    #delivered() {
        if (this.undelivered === null)
            return;
        this.undelivered.holder = null;
        this.undelivered = null;
        this.root.interrupted -= 1;
    }
    #held() {
        if ((this.loop.unheld -= 1) === 0)
            this.loop.becameQuiet();
    }
    #handUp(parent) {
        parent.requests += this.requests;
        const { undelivered } = this;
        if (undelivered === null)
            return;
        if (parent.undelivered !== null) {
            this.#delivered();
            return;
        }
        this.undelivered = null;
        undelivered.holder = parent;
        parent.undelivered = undelivered;
    }
}
_a = Frame;
/** The frame of the code that runs now; it may have ended. Undefined outside any loop. */
export function currentFrame() {
    return host.store(); // only this library sets the store, to a Frame
}
