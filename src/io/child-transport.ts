/**
 * The transport to a child process, over Node's `ChildProcess`.
 */
import type { ChildProcess } from "node:child_process"
import type { Readable, Writable } from "node:stream"
import { ProcessLookupError, osError } from "../errors/os-errors.ts"
import type { CallbackContext } from "../core/callback-context.ts"
import type { EventLoop } from "../core/event-loop.ts"
import type { Resource } from "../core/scheduler.ts"
import { ReadPipeTransport, WritePipeTransport } from "./pipe-transport.ts"
import type { BaseProtocol, BaseTransport } from "./base-transport.ts"
import { Protocol, type SubprocessProtocol } from "./protocol.ts"
import { codeOfSignal, signalNumber, type Signal } from "./signal-name.ts"
import { begin, internal } from "./stream-transport.ts"
import { SubprocessTransport } from "./transport.ts"

/** Tells that the process has exited; the number of who waits is not limited. */
type ExitListener = (returncode: number) => void

export interface ChildPipes {
  readonly stdin: Writable | null
  readonly stdout: Readable | null
  readonly stderr: Readable | null
}

export interface ChildTransportOptions {
  readonly calls: CallbackContext
  readonly program: string
  /** It leads a group of processes of its own. */
  readonly leader: boolean
}

/**
 * Invariants: the protocol hears `connectionMade` once, first; `processExited` once, when the
 * process was reaped; `connectionLost` once, when that has happened and all pipes are closed.
 * The loop lists it among its resources from the first to the last of these.
 */
export class ChildTransport extends SubprocessTransport implements Resource {
  readonly loop: EventLoop
  readonly #child: ChildProcess
  readonly #pid: number
  readonly #program: string
  readonly #leader: boolean
  readonly #calls: CallbackContext
  readonly #pipes = new Map<number, ReadPipeTransport | WritePipeTransport>()
  #protocol: SubprocessProtocol
  #returncode: number | undefined
  #openPipes = 0
  #closed = false
  #begun = false
  #finalised = false
  #exitTold = false
  readonly #exitListeners = new Set<ExitListener>()

  /** @param child - one that has a process; made in the turn in which it was started, so that nothing of it is missed */
  constructor(loop: EventLoop, child: ChildProcess, pid: number, pipes: ChildPipes, protocol: SubprocessProtocol, options: ChildTransportOptions) {
    super()
    this.loop = loop
    this.#child = child
    this.#pid = pid
    this.#protocol = protocol
    this.#program = options.program
    this.#leader = options.leader
    this.#calls = options.calls
    child.on("exit", (code, signal) => this.#exited(signal === null ? (code ?? 0) : codeOfSignal(signal)))
    // Such as a signal that may not be sent, which whoever sends it hears of by itself.
    child.on("error", () => undefined)
    const { stdin, stdout, stderr } = pipes
    // Node would drop at its exit what a grandchild may still read.
    child.stdin = null
    if (stdin !== null) this.#add(0, new WritePipeTransport(loop, stdin, new PipeProtocol(this, 0), this.#pipeOptions(0)))
    if (stdout !== null) this.#add(1, new ReadPipeTransport(loop, stdout, new PipeProtocol(this, 1), this.#pipeOptions(1)))
    if (stderr !== null) this.#add(2, new ReadPipeTransport(loop, stderr, new PipeProtocol(this, 2), this.#pipeOptions(2)))
    loop.resources.add(this)
  }

  #pipeOptions(fd: number): { calls: CallbackContext; what: string } {
    return { calls: this.#calls, what: `${["standard input", "standard output", "error output"][fd] ?? ""} of ${this.#program} (process ${this.#pid})` }
  }

  #add(fd: number, pipe: ReadPipeTransport | WritePipeTransport): void {
    this.#pipes.set(fd, pipe)
    this.#openPipes += 1
    // Who forgets a child is told of it once, and it takes its pipes along.
    this.loop.resources.delete(pipe)
  }

  [begin](): void {
    this.#begun = true
    this.#call("connectionMade", (protocol) => protocol.connectionMade(this))
    for (const pipe of this.#pipes.values()) pipe[begin]()
    this.#tellOfExit()
  }

  #exited(returncode: number): void {
    this.#returncode = returncode
    // What is buffered may still be read by a grandchild; if by nobody, writing it fails.
    this.#pipes.get(0)?.close()
    for (const listener of this.#exitListeners) listener(returncode)
    this.#exitListeners.clear()
    this.#tellOfExit()
  }

  #tellOfExit(): void {
    if (!this.#begun || this.#returncode === undefined || this.#exitTold) return
    this.#exitTold = true
    this.#whenRunning(() => {
      this.#call("processExited", (protocol) => protocol.processExited())
      this.#tryFinish()
    })
  }

  /** @internal A pipe brought bytes. */
  received(fd: number, data: Buffer): void {
    this.#call("pipeDataReceived", (protocol) => protocol.pipeDataReceived(fd, data))
  }

  /** @internal A pipe was closed. */
  pipeLost(fd: number, error: unknown): void {
    this.#openPipes -= 1
    this.#call("pipeConnectionLost", (protocol) => protocol.pipeConnectionLost(fd, error))
    this.#tryFinish()
  }

  /** @internal The pipe to the child is full, or no longer. */
  pauseWriting(paused: boolean): void {
    if (paused) this.#call("pauseWriting", (protocol) => protocol.pauseWriting())
    else this.#call("resumeWriting", (protocol) => protocol.resumeWriting())
  }

  #tryFinish(): void {
    if (this.#finalised || !this.#exitTold || this.#openPipes > 0) return
    this.#finalised = true
    this.#closed = true
    this.loop.resources.delete(this)
    this.#call("connectionLost", (protocol) => protocol.connectionLost(null))
  }

  #whenRunning(step: () => void): void {
    if (this.loop.running) step()
    else this.loop.schedule({ quiet: false, run: step })
  }

  #call(name: string, callback: (protocol: SubprocessProtocol) => void): void {
    const protocol = this.#protocol
    try {
      if (protocol[internal as never] === true) callback(protocol)
      else this.#calls.run(`protocol.${name}`, callback, protocol)
    } catch (exception) {
      this.loop.callExceptionHandler({ message: `protocol.${name}() call failed.`, exception, transport: this, protocol })
    }
  }

  /** @internal Calls `listener` once the process has exited, until the returned function is called. */
  onExit(listener: ExitListener): () => void {
    if (this.#returncode !== undefined) listener(this.#returncode)
    else this.#exitListeners.add(listener)
    return () => this.#exitListeners.delete(listener)
  }

  getPid(): number {
    return this.#pid
  }

  getReturncode(): number | undefined {
    return this.#returncode
  }

  getPipeTransport(fd: number): BaseTransport | undefined {
    return this.#pipes.get(fd)
  }

  protected override extra(name: string): unknown {
    return name === "subprocess" ? this.#child : undefined
  }

  setProtocol(protocol: BaseProtocol): void {
    this.#protocol = protocol as SubprocessProtocol // its callers are told of a child
  }

  getProtocol(): SubprocessProtocol {
    return this.#protocol
  }

  isClosing(): boolean {
    return this.#closed
  }

  /** Closes the pipes, and kills the process if it still runs. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#returncode === undefined) this.#signal("SIGKILL")
    for (const pipe of this.#pipes.values()) pipe.close()
  }

  /** @internal Asks the process, or all of its group, to end by `signal`, and closes the pipes. */
  end(signal: Signal): void {
    this.#closed = true
    // First, or the child could end by the loss of its pipes.
    this.signalAll(signal)
    for (const pipe of this.#pipes.values()) pipe.abort()
  }

  /** @internal Sends a signal to the group that the process leads, else to the process. */
  signalAll(signal: Signal): void {
    if (!this.#leader) {
      if (this.#returncode === undefined) this.#signal(signal)
      return
    }
    // Later the number of the group may be another's.
    if (this.#finalised) return
    try {
      process.kill(-this.#pid, signal)
    } catch {
      // Nobody of the group is left.
    }
  }

  abandon(): void {
    this.signalAll("SIGKILL")
    for (const pipe of this.#pipes.values()) pipe.abandon()
  }

  /**
   * Sends a signal; does nothing when the process has exited and its pipes are still open.
   *
   * @throws ProcessLookupError when it is gone; RangeError for what is no signal;
   * PermissionError if it runs as another user.
   */
  sendSignal(signal: Signal): void {
    signalNumber(signal, "the signal of sendSignal")
    if (this.#finalised) {
      throw new ProcessLookupError(`cannot send ${signal} to ${this.#program}: process ${this.#pid} has ended with ${this.#returncode}`)
    }
    if (this.#returncode === undefined) this.#signal(signal)
  }

  // Node reaps a process and tells of its exit in one step, so the number is nobody else's yet.
  #signal(signal: Signal): void {
    try {
      process.kill(this.#pid, signal)
    } catch (error) {
      if ((error as { code?: unknown }).code === "ESRCH") return
      throw osError(error, `cannot send ${signal} to ${this.#program} (process ${this.#pid})`)
    }
  }

  terminate(): void {
    this.sendSignal("SIGTERM")
  }

  kill(): void {
    this.sendSignal("SIGKILL")
  }

  toString(): string {
    const state = this.#returncode === undefined ? "running" : `returncode=${this.#returncode}`
    const pipes = [...this.#pipes].map(([fd, pipe]) => ` ${["stdin", "stdout", "stderr"][fd]}=${pipe.isClosing() ? "closed" : "open"}`)
    return `<SubprocessTransport ${this.#program} pid=${this.#pid} ${state}${pipes.join("")}>`
  }
}

/** Passes on what a pipe tells; it runs none of the user's code itself. */
class PipeProtocol extends Protocol {
  readonly [internal] = true
  readonly #owner: ChildTransport
  readonly #fd: number

  constructor(owner: ChildTransport, fd: number) {
    super()
    this.#owner = owner
    this.#fd = fd
  }

  override dataReceived(data: Buffer): void {
    this.#owner.received(this.#fd, data)
  }

  override connectionLost(error: unknown): void {
    this.#owner.pipeLost(this.#fd, error)
  }

  override pauseWriting(): void {
    this.#owner.pauseWriting(true)
  }

  override resumeWriting(): void {
    this.#owner.pauseWriting(false)
  }
}
