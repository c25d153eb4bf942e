import { RuntimeError } from "../errors/misuse.js";
/**
 * Ties a primitive to the first loop that has to wait on it; with another loop it may be
 * used as long as nobody has to wait.
 */
export class Binding {
    #what;
    #loop = null;
    constructor(what) {
        this.#what = what;
    }
    /** @throws RuntimeError if `operation` runs on another loop. */
    bind(operation) {
        const { loop } = operation.frame;
        this.#loop ??= loop;
        if (this.#loop !== loop) {
            throw new RuntimeError(`this ${this.#what} is bound to another event loop; make one for each loop`);
        }
    }
}
