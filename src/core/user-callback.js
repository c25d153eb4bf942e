/**
 * A callback of the user's, with the context it was registered in.
 */
import { host } from "../host/host.js";
import { currentContext } from "./ambient.js";
import { Frame } from "./frame.js";
import { observer } from "./observer.js";
/**
 * The whole async context of the caller is captured, so that the user's own stores arrive;
 * of ours only the loop and the context variables do, since a callback belongs to no task.
 */
export class UserCallback {
    quiet = false;
    context;
    #loop;
    #function;
    #name;
    #snapshot;
    constructor(loop, callback, name, context = currentContext().copy()) {
        this.context = context;
        this.#loop = loop;
        this.#function = callback;
        this.#name = name;
        this.#snapshot = host.capture();
    }
    call() {
        this.#snapshot.run(UserCallback.#callNow, this);
    }
    describe() {
        return this.#name === "" ? "callback" : this.#name;
    }
    static #callNow(self) {
        const frame = new Frame(self.#loop, "callback", null, null, self.context);
        frame.ended = true;
        host.setStore(frame);
        if (observer !== null)
            observer.handleBegun(self.describe(), self.#loop.clock.time());
        try {
            self.#function();
        }
        catch (exception) {
            self.#loop.callExceptionHandler({ message: `Exception in callback ${self.describe()}`, exception });
        }
        if (observer !== null)
            observer.handleDone(self.describe(), self.#loop.clock.time());
    }
}
