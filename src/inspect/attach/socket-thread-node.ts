/**
 * The thread behind a program's socket: asks the main thread through the engine's inspector, which
 * answers in the midst of code that blocks the loop.
 */
import { chmodSync, lstatSync, mkdtempSync, renameSync, rmSync } from "node:fs"
import { Session } from "node:inspector"
import { connect, createServer, type Socket } from "node:net"
import { dirname, join } from "node:path"
import { parentPort, workerData } from "node:worker_threads"

import { thrownIn, toEvaluate, type Evaluated } from "./evaluated.ts"
import type { SocketAnswer } from "./socket-target-node.ts"
import { expressionOf, isPromised, type Question } from "./target.ts"
import { WorkerSessions, type SessionEvent } from "./worker-sessions.ts"

export interface ThreadData {
  readonly path: string
  readonly pid: number
}

/** That it listens, or why not. */
export interface ThreadReport {
  readonly error?: string
}

/** What fits into the address of a Unix socket; macOS has four bytes less. */
const LONGEST = process.platform === "linux" ? 107 : 103
/** In characters; one that never ends would take the program's memory. */
const LONGEST_QUESTION = 65_536
/** How long a thread may take to end what was begun for somebody who has gone, in milliseconds. */
const ENDING_MS = 1000
const { path } = workerData as ThreadData // made by serve-inspector-node.ts

/** The way to the main thread: connected while somebody asks, so that a program nobody looks at pays nothing. */
class MainThread {
  #session: Session | undefined
  #workers: WorkerSessions | undefined
  #clients = 0

  enter(): void {
    this.#clients += 1
    if (this.#session !== undefined) return
    const session = new Session()
    session.connectToMainThread()
    const workers = new WorkerSessions((method, params) => posted(session, method, params))
    for (const event of WorkerSessions.events) session.on(event as string, (message: SessionEvent) => workers.take(message))
    this.#session = session
    this.#workers = workers
  }

  leave(): void {
    this.#clients -= 1
    if (this.#clients > 0) return
    this.#session?.disconnect()
    this.#session = undefined
    this.#workers = undefined
  }

  /** @throws TypeError for what is no question */
  ask(question: Question, thread: unknown): Promise<unknown> {
    const session = this.#session
    if (session === undefined || this.#workers === undefined) return Promise.reject(new Error("nobody is connected"))
    if (question.ask === "threads") return this.#workers.list()
    const expression = expressionOf(question)
    if (typeof thread === "number") return this.#workers.evaluate(thread, expression, isPromised(question))
    return posted(session, "Runtime.evaluate", toEvaluate(expression, isPromised(question))).then((reply) => {
      const evaluated = reply as Evaluated // what that command gives
      const thrown = thrownIn(evaluated)
      if (thrown !== undefined) throw new Error(thrown)
      return evaluated.result?.value
    })
  }
}

function posted(session: Session, method: string, params: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    session.post(method, params, (error: Error | null, reply: unknown) => {
      if (error === null) resolve(reply)
      else reject(new Error(error.message))
    })
  })
}

const main = new MainThread()

function serve(socket: Socket): void {
  let text = ""
  /** What was begun and has to be ended, by what it is and in which thread. */
  const begun = new Map<string, { readonly end: Question; readonly thread: unknown }>()
  main.enter()
  socket.setEncoding("utf8")
  socket.on("error", () => undefined)
  socket.on("close", () => {
    // One that was ended could not say so. A thread that says nothing is not waited for for ever.
    const ended = [...begun.values()].map(({ end, thread }) => main.ask(end, thread).catch(() => undefined))
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, ENDING_MS)))
    void Promise.race([Promise.all(ended), patience]).then(() => {
      clearTimeout(timer)
      main.leave()
    })
  })
  socket.on("data", (data) => {
    const lines = (text + String(data)).split("\n")
    text = lines.pop() ?? ""
    if (text.length > LONGEST_QUESTION) return void socket.destroy()
    for (const line of lines) {
      const asked = read(line)
      if (asked === undefined) return void socket.destroy()
      const { request, thread, ...question } = asked
      const answer = (value: unknown, error?: string): void => {
        const reply: SocketAnswer = { id: request, ...(error === undefined ? { value } : { error }) }
        if (!socket.destroyed) socket.write(`${JSON.stringify(reply)}\n`)
      }
      try {
        const { ask } = question
        if (ask === "measure") note(`measure ${String(thread)}`, question.on, { end: { ask, on: false }, thread })
        else if (ask === "record" || ask === "recorded") note("record", ask === "record", { end: { ask: "recorded" }, thread })
        main.ask(question, thread).then(answer, (error: unknown) => answer(undefined, error instanceof Error ? error.message : String(error)))
      } catch (error) {
        answer(undefined, String(error))
      }
    }
  })
  const note = (what: string, on: boolean, how: { readonly end: Question; readonly thread: unknown }): void => {
    if (on) begun.set(what, how)
    else begun.delete(what)
  }
}

type Asked = Question & { readonly request: number; readonly thread?: unknown }

function read(line: string): Asked | undefined {
  try {
    const asked = JSON.parse(line) as Asked | null // expressionOf refuses what is none
    return asked ?? undefined
  } catch {
    return undefined
  }
}

/** Listens where nobody else can enter, and only then gives the socket its name: at no moment is it open to others. */
function listen(): void {
  const folder = mkdtempSync(join(dirname(path), ".asyncio-ts-"))
  const staged = join(folder, "s")
  const fail = (reason: string): void => {
    rmSync(folder, { recursive: true, force: true })
    report({ error: `cannot open the socket ${path}: ${reason}` })
  }
  if (Buffer.byteLength(staged) > LONGEST || Buffer.byteLength(path) > LONGEST) return fail(`the path is too long for a socket; take a shorter one`)
  const server = createServer(serve)
  server.on("error", (error) => fail(error.message))
  server.listen(staged, () => {
    chmodSync(staged, 0o600)
    renameSync(staged, path)
    rmSync(folder, { recursive: true, force: true })
    report({})
  })
}

/** Clears away a socket that a program has left, and nothing else. */
function start(): void {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return listen()
  if (!stat.isSocket()) return report({ error: `cannot open the socket ${path}: there is a file of that name that is no socket` })
  const probe = connect(path)
  probe.once("connect", () => {
    probe.destroy()
    report({ error: `cannot open the socket ${path}: another program listens there` })
  })
  probe.once("error", () => listen())
}

function report(report: ThreadReport): void {
  parentPort?.postMessage(report)
}

try {
  start()
} catch (error) {
  report({ error: `cannot open the socket ${path}: ${error instanceof Error ? error.message : String(error)}` })
}
