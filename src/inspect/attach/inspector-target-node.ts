/**
 * A process reached by Node's own inspector, which SIGUSR1 opens in one that was started without any flag.
 */
import { AttachError } from "./attach-error.ts"
import { checkOwner, checkRunning } from "./check-process-node.ts"
import { atTheDoor } from "./door-lock-node.ts"
import { inspectorPath } from "./inspector-path-node.ts"
import { InspectorSession } from "./inspector-session-node.ts"
import { connectionsTo, isTaken, listeningSockets, sharesNetwork } from "./listening-sockets-node.ts"
import { factsOf, type ProcessFacts } from "./process-facts-node.ts"
import { numberInSpace } from "./process-space-node.ts"
import { expressionOf, isPromised, type Question, type Target, type Who } from "./target.ts"

const DEFAULT_PORT = 9229
/** Between two looks whether the port is open, in milliseconds. */
const LOOK_MS = 1
/** Between two requests to open it. */
const AGAIN_MS = 20
/** How long an open inspector takes to greet, at most, in seconds. */
const GREETING = 2
/** How long Node, asked to open the inspector, may take at most. */
const OPENING = 3
/** How long fellows that leave are waited for. */
const LEAVING_MS = 1500
/** How long the answer to the request to close it is waited for; it is carried out later, too. */
const CLOSING = 1
/** How long to wait until a process can take the signal, in seconds. */
const YOUNG = 0.4

// How many of us are attached by an inspector that one of us has opened; the last one closes it.
const COUNT = `Symbol.for("asyncio-ts.attached")`
const CLOSE = `process.getBuiltinModule("node:inspector").close()`

interface Reached {
  readonly session: InspectorSession
  readonly port: number
  /** Opened for us. */
  readonly ours: boolean
}

/** How a process is reached. */
export interface ReachOptions {
  /** Aborted by whoever does not want to wait any longer. */
  readonly signal?: AbortSignal | undefined
  /**
   * Called where the process was asked to open its inspector and has not done so in time: with the
   * port on which that will be, 0 for any, and the inodes of the sockets that are something else.
   * Whoever is told closes it once it opens.
   */
  readonly later?: ((pid: number, port: number, others: readonly string[]) => void) | undefined
}

export class InspectorTarget implements Target {
  readonly way = "inspector"
  readonly pid: number
  readonly #reached: Reached

  private constructor(pid: number, reached: Reached) {
    this.pid = pid
    this.#reached = reached
  }

  /**
   * @param limit - seconds until a process that does not answer is given up
   * @throws AttachError
   */
  static async attach(pid: number, limit: number, options: ReachOptions = {}): Promise<InspectorTarget> {
    if (process.platform !== "linux") return InspectorTarget.#elsewhere(pid, limit)
    const facts = checkedFacts(pid)
    // Nobody here could reach the inspector there, nor close it again.
    if (!sharesNetwork(pid)) throw new AttachError("inspector unreachable", `process ${pid} is in a network of its own, such as a container's, where its inspector would open, so SIGUSR1 was not sent: run this in there`)
    return atTheDoor(pid, async () => {
      const reached = (await openInspector(facts)) ?? (await opened(facts, Math.min(limit, OPENING), options))
      return InspectorTarget.#greet(pid, reached, reached.ours, limit)
    })
  }

  /** What holds where the system does not tell what a process does with a signal. */
  static async #elsewhere(pid: number, limit: number): Promise<InspectorTarget> {
    checkRunning(pid)
    let reached = await reach(pid, DEFAULT_PORT)
    let ours = false
    if (reached === undefined && process.platform === "win32") {
      // Not a signal there: Node itself refuses where the process is not Node. Its types leave it out.
      const { _debugProcess: open } = process as unknown as { _debugProcess(pid: number): void }
      try {
        open(pid)
      } catch (error) {
        throw new AttachError("not node", `process ${pid} is not Node, or belongs to another user: Windows does not open its inspector`, { cause: error })
      }
      ours = true
      for (const end = performance.now() + OPENING * 1000; reached === undefined && performance.now() < end; ) {
        reached = await reach(pid, DEFAULT_PORT)
      }
    }
    if (reached !== undefined) return InspectorTarget.#greet(pid, reached, ours, limit)
    throw new AttachError("inspector unreachable", `${process.platform} does not tell whether process ${pid} would survive SIGUSR1, so it was not sent: start the program with ASYNCIO_TS_INSPECT=1, or with --inspect`)
  }

  static async #greet(pid: number, reached: Reached, ours: boolean, limit: number): Promise<InspectorTarget> {
    const target = new InspectorTarget(pid, reached)
    const count = ours ? `globalThis[${COUNT}] = (globalThis[${COUNT}] ?? 0) + 1` : `globalThis[${COUNT}] === undefined ? 0 : globalThis[${COUNT}] += 1`
    try {
      const who = (await reached.session.evaluate(`(${count}, ${expressionOf({ ask: "who" })})`, false, limit)) as Who // the expression's own result
      if (who.pid !== numberInSpace(pid).pid) throw new AttachError("inspector unreachable", `port ${reached.port} leads to the inspector of process ${who.pid}, not of ${pid}`)
      return target
    } catch (error) {
      if (error instanceof AttachError && error.failure === "no answer") {
        await target.#leave(0)
        throw new AttachError("no answer", silence(pid, limit), { cause: error })
      }
      reached.session.destroy()
      throw error
    }
  }

  ask(question: Question, limit: number, thread?: number): Promise<unknown> {
    const { session } = this.#reached
    if (question.ask === "threads") return session.threads(limit)
    if (thread !== undefined) return session.evaluateIn(thread, expressionOf(question), isPromised(question), limit)
    return session.evaluate(expressionOf(question), isPromised(question), limit)
  }

  close(): Promise<void> {
    return atTheDoor(this.pid, () => this.#leave(CLOSING))
  }

  async #leave(limit: number): Promise<void> {
    const { session, port } = this.#reached
    if (session.closed) return
    let others = 0
    if (limit > 0) {
      const left = await session.evaluate(`globalThis[${COUNT}] === undefined ? undefined : globalThis[${COUNT}] -= 1`, false, limit).catch(() => undefined)
      if (typeof left !== "number") return session.end()
      others = left
    }
    // Whoever has left is still seen for a little; one that was killed could not say that it leaves.
    let alone = connectionsTo(this.pid, port) <= 1
    for (const end = performance.now() + LEAVING_MS; !alone && others <= 0 && performance.now() < end; ) {
      await pause(LOOK_MS)
      alone = connectionsTo(this.pid, port) <= 1
    }
    if (others > 0 && !alone) return session.end()
    // The process ends the connection from its side then, and prints no line of its own.
    session.post(`globalThis[${COUNT}] !== undefined && (delete globalThis[${COUNT}]${alone ? `, ${CLOSE}` : ""})`)
    if (alone) await session.untilClosed(limit)
    await session.end()
  }
}

/** @throws AttachError */
function checkedFacts(pid: number): ProcessFacts {
  let facts = factsOf(pid)
  checkOwner(facts)
  if (facts.state === "T" || facts.state === "t") {
    throw new AttachError("stopped", `process ${pid} is stopped, by a signal or a debugger, and cannot answer: kill -CONT ${pid} lets it go on`)
  }
  for (const end = performance.now() + YOUNG * 1000; !isReady(facts) && couldBeNode(facts) && performance.now() < end; ) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    facts = factsOf(pid)
  }
  if (!facts.isNode) throw new AttachError("not node", `process ${pid} is not Node: it runs ${facts.exe ?? facts.arguments[0] ?? "a part of the system"}`)
  return facts
}

/** A process that has just begun handles no signal yet, and one that reads a file has soon done so. */
function isReady({ isNode, catchesSigusr1, fragileCall }: ProcessFacts): boolean {
  return isNode && catchesSigusr1 && fragileCall === undefined
}

function couldBeNode({ exe, isNode }: ProcessFacts): boolean {
  return isNode || (exe !== undefined && /node/.test(exe))
}

/** The inspector of the process, if it is open already. */
async function openInspector(facts: ProcessFacts): Promise<Reached | undefined> {
  const words = [...facts.arguments, ...facts.nodeOptions]
  const likely = new Set([DEFAULT_PORT, ...portsOf(words)])
  const anywhere = words.some((word) => /^--inspect(-brk|-wait|-port)?=(.*:)?0$/.test(word))
  for (const { port, loopback } of listeningSockets(facts.pid)) {
    if (!likely.has(port) && !(anywhere && loopback)) continue
    const reached = await reach(facts.pid, port)
    if (reached !== undefined) return reached
  }
  return undefined
}

/** Has Node open the inspector, and reaches it. */
async function opened(facts: ProcessFacts, limit: number, { signal, later }: ReachOptions): Promise<Reached> {
  const { pid } = facts
  if (forbids(facts)) throw new AttachError("inspector forbidden", `process ${pid} was started with --disable-sigusr1, so nobody can open its inspector: start it with ASYNCIO_TS_INSPECT=1`)
  if (!facts.catchesSigusr1) throw new AttachError("inspector forbidden", `process ${pid} does not handle SIGUSR1, which would end it, so it was not sent: start it with ASYNCIO_TS_INSPECT=1`)
  const others = listeningSockets(pid).map(({ inode }) => inode)
  const before = new Set(others)
  const port = portsOf([...facts.arguments, ...facts.nodeOptions]).at(-1) ?? DEFAULT_PORT
  if (port !== 0 && isTaken(pid, port) && !listeningSockets(pid).some((socket) => socket.port === port)) {
    throw new AttachError("inspector unreachable", `port ${port}, on which process ${pid} would open its inspector, is taken by another process: try again when it is free, or start the program with ASYNCIO_TS_INSPECT=1`)
  }
  if (facts.fragileCall !== undefined) {
    throw new AttachError("no answer", `process ${pid} is blocked in a call of the system (${facts.fragileCall}), such as reading a pipe or a terminal with readFileSync, which SIGUSR1 would make fail, so it was not sent: try again when that has ended`)
  }
  process.kill(pid, "SIGUSR1")
  let signalled = performance.now()
  let shut = false
  for (const end = performance.now() + limit * 1000; performance.now() < end && signal?.aborted !== true; ) {
    const now = listeningSockets(pid)
    for (const socket of now) {
      if (before.has(socket.inode)) continue
      const reached = await reach(pid, socket.port)
      if (reached !== undefined) return { ...reached, ours: true }
      shut = true
    }
    // Somebody else had it opened, and closed it before we came in; our signal had no effect then.
    for (const inode of before) {
      if (now.some((socket) => socket.inode === inode)) continue
      before.delete(inode)
      shut = true
    }
    if (shut && performance.now() > signalled + AGAIN_MS && now.every(({ inode }) => before.has(inode))) {
      process.kill(pid, "SIGUSR1")
      signalled = performance.now()
      shut = false
    }
    await pause(LOOK_MS)
  }
  // One that was open before, on a port that nobody could know: the program's own servers are asked last.
  for (const socket of listeningSockets(pid)) {
    const reached = socket.loopback ? await reach(pid, socket.port) : undefined
    if (reached !== undefined) return reached
  }
  const { state } = factsOf(pid)
  later?.(pid, port, others)
  const after = later === undefined ? "; the inspector then opens after that, and stays open" : "; if the inspector opens after that, within ten minutes, it is closed again"
  if (signal?.aborted === true) throw new AttachError("interrupted", `process ${pid} has not opened its inspector yet${after}`)
  if (state === "R") throw new AttachError("no answer", `${silence(pid, limit)}${after}`)
  throw new AttachError("inspector forbidden", `process ${pid} has not opened its inspector within ${limit} s: it handles SIGUSR1 itself, forbids the inspector (--permission), or waits in a call that blocks it, such as execSync${after}; start it with ASYNCIO_TS_INSPECT=1`)
}

/**
 * Closes an inspector that was opened for somebody who has gone, unless another is there by now.
 *
 * @returns whether it has; undefined where that port is no inspector's, or somebody may leave it soon
 */
export async function closeUnlessUsed(pid: number, port: number): Promise<boolean | undefined> {
  const reached = await reach(pid, port)
  if (reached === undefined) return undefined
  const { session } = reached
  try {
    const counted = await session.evaluate(`typeof globalThis[${COUNT}]`, false, CLOSING)
    // Whoever counts themselves closes it.
    if (counted !== "undefined") return false
    if (connectionsTo(pid, port) > 1) return undefined
    session.post(`globalThis[${COUNT}] === undefined && ${CLOSE}`)
    return await session.untilClosed(CLOSING)
  } finally {
    await session.end()
  }
}

async function reach(pid: number, port: number): Promise<Reached | undefined> {
  const path = await inspectorPath(port, GREETING)
  if (path === undefined) return undefined
  try {
    return { port, ours: false, session: await InspectorSession.connect(pid, port, path) }
  } catch {
    return undefined
  }
}

function forbids({ arguments: words, nodeOptions }: ProcessFacts): boolean {
  return [...ownOptions(words), ...nodeOptions].includes("--disable-sigusr1")
}

/** The options before the program's file. */
function ownOptions(words: readonly string[]): readonly string[] {
  const end = words.findIndex((word, at) => at > 0 && !word.startsWith("-"))
  return end === -1 ? words : words.slice(0, end)
}

/** What `--inspect`, `--inspect-brk` and `--inspect-port` say. */
function portsOf(words: readonly string[]): readonly number[] {
  return words.flatMap((word) => {
    const port = /^--(?:inspect(?:-brk|-wait|-port)?|debug-port)=(?:.*:)?(\d+)$/.exec(word)?.[1]
    return port === undefined ? [] : [Number(port)]
  })
}

/** Why a process that has opened its inspector says nothing. */
function silence(pid: number, limit: number): string {
  const begin = `process ${pid} has not answered within ${limit} s: `
  const { state } = factsOf(pid)
  if (state === "T") return `${begin}it is stopped; kill -CONT ${pid} lets it go on`
  if (state === "R") return `${begin}its main thread is in the midst of one long call of the engine, such as a sort or a key derivation, that nothing can interrupt`
  return `${begin}its main thread waits in a call that blocks it, such as execSync, Atomics.wait, or reading a pipe with readFileSync`
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
