/**
 * A process reached by the socket that its program has opened: one question a line, one answer a line.
 */
import { connect, type Socket } from "node:net"

import { AttachError } from "./attach-error.ts"
import { numberInSpace } from "./process-space-node.ts"
import type { Question, Target, Who } from "./target.ts"

/** An answer, as the socket gives it. */
export interface SocketAnswer {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

interface Open {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** Characters of a wrong answer that are shown. */
const SHOWN = 60

export class SocketTarget implements Target {
  readonly way = "socket"
  readonly pid: number
  readonly #path: string
  readonly #socket: Socket
  readonly #open = new Map<number, Open>()
  #last = 0
  #text = ""
  /** What the other side said that it cannot have said. */
  #why: AttachError | null = null

  private constructor(pid: number, path: string, socket: Socket) {
    this.pid = pid
    this.#path = path
    this.#socket = socket
    socket.setEncoding("utf8")
    socket.on("data", (text) => this.#take(String(text)))
    socket.on("error", (error) => (this.#why = error instanceof AttachError ? error : null))
    socket.on("close", () => this.#end())
  }

  /** @throws AttachError */
  static async attach(pid: number, path: string, limit: number): Promise<SocketTarget> {
    const target = new SocketTarget(pid, path, await connected(pid, path))
    try {
      const who = (await target.ask({ ask: "who" }, limit)) as Who // what the question promises
      if (who.pid !== numberInSpace(pid).pid) throw new AttachError("inspector unreachable", `the socket ${path} leads to process ${who.pid}, not to ${pid}`)
      return target
    } catch (error) {
      await target.close()
      throw error
    }
  }

  ask(question: Question, limit: number, thread?: number): Promise<unknown> {
    if (this.#socket.destroyed) return Promise.reject(this.#lost())
    this.#last += 1
    const id = this.#last
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#open.delete(id)
        reject(new AttachError("no answer", `process ${this.pid} has not answered within ${limit} s: its main thread is in a call that nothing can interrupt`))
      }, limit * 1000)
      this.#open.set(id, { resolve, reject, timer })
      this.#socket.write(`${JSON.stringify({ ...question, request: id, ...(thread === undefined ? {} : { thread }) })}\n`)
    })
  }

  close(): Promise<void> {
    this.#socket.destroy()
    return Promise.resolve()
  }

  #take(text: string): void {
    const lines = (this.#text + text).split("\n")
    this.#text = lines.pop() ?? ""
    for (const line of lines) {
      const answer = answerIn(line)
      // Whoever asks may name any socket.
      if (answer === undefined) return void this.#socket.destroy(new AttachError("inspector unreachable", `what answers at ${this.#path} is no program of this library's: it said ${JSON.stringify(line.slice(0, SHOWN))}`))
      const { id, value, error } = answer
      const open = this.#open.get(id)
      if (open === undefined) continue
      this.#open.delete(id)
      clearTimeout(open.timer)
      if (error === undefined) open.resolve(value)
      else open.reject(new AttachError("no answer", `process ${this.pid} cannot answer: ${error}`))
    }
  }

  #end(): void {
    for (const { reject, timer } of this.#open.values()) {
      clearTimeout(timer)
      reject(this.#lost())
    }
    this.#open.clear()
  }

  #lost(): AttachError {
    if (this.#why !== null) return this.#why
    return new AttachError("ended", `process ${this.pid} has closed its socket, or ended, before it answered`)
  }
}

function answerIn(line: string): SocketAnswer | undefined {
  try {
    const answer = JSON.parse(line) as SocketAnswer | null // looked at below
    return typeof answer?.id === "number" ? answer : undefined
  } catch {
    return undefined
  }
}

function connected(pid: number, path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once("connect", () => resolve(socket))
    socket.once("error", (error) => reject(new AttachError("inspector unreachable", `nobody answers for process ${pid} at ${path}: ${error.message}`, { cause: error })))
  })
}
