import { spawn } from "node:child_process"

export const greeting = "Hello, world!"

const CONNECTIONS = 64
/** Longer than any round; it is ended when it has had its answers. */
const SECONDS = 100

/** `wrk` in a process of its own, until a server has given it as many answers as the bench is large. */
export class Wrk {
  readonly #size: number
  readonly #enough = Promise.withResolvers<void>()
  #count = 0

  constructor(size: number) {
    this.#size = size
  }

  /** Called by the server for each request. */
  answered(): void {
    this.#count += 1
    if (this.#count === this.#size) this.#enough.resolve()
  }

  /** Resolves to the number of requests that were counted. */
  async run(port: number): Promise<number> {
    const args = ["-t1", `-c${CONNECTIONS}`, `-d${SECONDS}s`, `http://127.0.0.1:${port}/`]
    const child = spawn("wrk", args, { stdio: "ignore" })
    const ended = new Promise<never>((_resolve, reject) => {
      child.on("error", (error) => reject(new Error(`cannot run wrk, on Debian: apt-get install wrk: ${error.message}`)))
      child.on("exit", (code) => reject(new Error(`wrk ended by itself, with ${code}, after ${this.#count} of ${this.#size} requests`)))
    })
    try {
      await Promise.race([this.#enough.promise, ended])
    } finally {
      child.removeAllListeners("exit")
      child.kill("SIGKILL")
    }
    return this.#size
  }
}
