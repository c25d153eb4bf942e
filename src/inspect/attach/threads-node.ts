/**
 * The worker threads of a process that is looked into, each with a copy of the library of its own.
 */
import type { SnapshotThread } from "../snapshot.ts"
import type { ThreadPart } from "../snapshot/merge.ts"
import { AttachError } from "./attach-error.ts"
import { readSnapshot, type ReadOptions } from "./read-snapshot-node.ts"
import type { Question, Target, Who } from "./target.ts"
import type { Thread } from "./worker-sessions.ts"

/** Seconds after which a worker thread counts as one that does not answer, since the others are not to wait for it; or that part of the limit. */
const PATIENCE = 1
const SHARE = 0.2
const PROTOCOL = 1

export class Threads {
  readonly #target: Target
  readonly #limit: number
  /** Those that measure what their tasks compute, since they were told to. */
  readonly #measuring = new Set<number>()
  #measures = false

  /** @param limit - seconds until the process is given up */
  constructor(target: Target, limit: number) {
    this.#target = target
    this.#limit = limit
  }

  /** Whether the library runs in any of them, as far as they answer. */
  async anyUses(): Promise<boolean> {
    const asked = (await this.#list()).map((thread) => this.#uses(thread).catch(() => false))
    return (await Promise.all(asked)).includes(true)
  }

  /** Of those that use the library, and those that do not say whether they do. */
  async snapshots(options: ReadOptions): Promise<ThreadPart[]> {
    const parts = await Promise.all((await this.#list()).map((thread) => this.#snapshot(thread, options)))
    return parts.flat()
  }

  /** Has all of them measure what each task computes, also those that begin later. */
  async measureCpu(on: boolean): Promise<void> {
    this.#measures = on
    if (on) return
    const told = [...this.#measuring].map((id) => this.#ask(id, { ask: "measure", on: false }).catch(() => undefined))
    this.#measuring.clear()
    await Promise.all(told)
  }

  async #snapshot(thread: Thread, options: ReadOptions): Promise<ThreadPart[]> {
    const { id } = thread
    try {
      if (!(await this.#uses(thread))) return []
      if (this.#measures && !this.#measuring.has(id)) {
        this.#measuring.add(id)
        await this.#ask(id, { ask: "measure", on: true })
      }
      const one: Target = { pid: this.#target.pid, way: this.#target.way, ask: (question, limit) => this.#target.ask(question, limit, id), close: () => Promise.resolve() }
      const { blocked, ...snapshot } = await readSnapshot(one, options)
      // A pool's worker that computes a job blocks nobody.
      const blocks = blocked !== undefined && snapshot.loops.length > 0
      return [{ thread: { ...thread, ...(blocks ? { blocked } : {}) }, snapshot }]
    } catch (error) {
      if ((await this.#list()).every((other) => other.id !== id)) return []
      return [{ thread: silent(thread, error) }]
    }
  }

  async #uses({ id }: Thread): Promise<boolean> {
    const { agents, protocol } = (await this.#ask(id, { ask: "who" })) as Who // what the question promises
    if (agents > 0 && protocol !== PROTOCOL) throw new AttachError("no library", `its version of asyncio-ts speaks protocol ${protocol}, and this one speaks ${PROTOCOL}`)
    return agents > 0
  }

  #ask(id: number, question: Question): Promise<unknown> {
    const limit = Math.min(this.#limit, Math.max(PATIENCE, SHARE * this.#limit))
    return this.#target.ask(question, limit, id).catch((error: unknown) => {
      if (!(error instanceof AttachError && /within/.test(error.message))) throw error
      throw new AttachError("no answer", `it has not answered within ${limit} s, as in a call that nothing can interrupt, such as execSync`, { cause: error })
    })
  }

  /** None where the process does not tell, such as one of a version that knows no such question. */
  async #list(): Promise<readonly Thread[]> {
    try {
      return (await this.#target.ask({ ask: "threads" }, this.#limit)) as readonly Thread[] // what the question promises
    } catch (error) {
      if (error instanceof AttachError && error.failure === "no answer") return []
      throw error
    }
  }
}

function silent(thread: Thread, error: unknown): SnapshotThread {
  return { ...thread, silent: error instanceof Error ? error.message : String(error) }
}
