import { brand } from "./brand.js";
/** What `run` rejects with when Ctrl-C ended its main task. */
export class KeyboardInterrupt extends Error {
    name = "KeyboardInterrupt";
    code = "ERR_KEYBOARD_INTERRUPT";
    static {
        brand(this, "KeyboardInterrupt");
    }
}
