/** One check of what a learner has written, in a worker of its own. */
import { isFromCheck } from "./is-from-check.ts"
import type { Checked, CheckOrder } from "./check-messages.ts"

const LOOK_MS = 100
/**
 * What counts are looks and not time: a page that stands still with its machine takes none. A
 * page does not know what its worker has used of the processor, as the terminal does.
 */
const LOOKS = 100
/** Programs that are measured run two or three times on the real clock. */
const LOOKS_MEASURED = 600
/** Until the worker has loaded the library. */
const LOOKS_TO_BEGIN = 600

export class Check {
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #ended: (checked: Checked) => void
  readonly #most: number
  readonly #timer: number
  #begun = false
  #looks = 0
  /** Looks since the worker was heard. */
  #silent = 0

  constructor(order: CheckOrder, measured: boolean, ended: (checked: Checked) => void) {
    this.#ended = ended
    this.#most = measured ? LOOKS_MEASURED : LOOKS
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#worker = new Worker("lib/check.js", { type: "module" })
    this.#worker.addEventListener("error", ({ message }) => this.#fail(message === "" ? "the worker of the check could not be started" : `the program crashed its worker: ${message}`))
    port1.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (!isFromCheck(data)) return
      if (!this.#begun) this.#looks = 0
      this.#begun = true
      this.#silent = 0
      if (data.kind === "checked") this.#end(data)
    })
    port1.start()
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
    this.#worker.postMessage(order, [port2])
  }

  /** Ends it without a word. */
  drop(): void {
    clearInterval(this.#timer)
    this.#port.close()
    this.#worker.terminate()
  }

  #look(): void {
    this.#looks += 1
    this.#silent += 1
    if (!this.#begun) {
      if (this.#looks >= LOOKS_TO_BEGIN) this.#fail("the worker of the check does not begin: load the page again")
    } else if (this.#silent >= LOOKS || this.#looks >= this.#most) {
      const looks = Math.min(this.#looks, this.#silent >= LOOKS ? LOOKS : this.#most)
      this.#fail(`it never ends: after ${(looks * LOOK_MS) / 1000} s it was still running; look for a loop without an end`)
    }
  }

  #fail(sentence: string): void {
    this.#end({ kind: "checked", result: { passed: false, sentence, details: [] }, printed: [] })
  }

  #end(checked: Checked): void {
    this.drop()
    this.#ended(checked)
  }
}
