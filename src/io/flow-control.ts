/**
 * Waiting to write more, and waiting for the end.
 */
import type { CancelledError } from "../errors/cancelled-error.ts"
import { ConnectionResetError } from "../errors/os-errors.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { Frame } from "../core/frame.ts"
import type { Glance } from "../core/glance.ts"
import type { WaitReason } from "../core/observer.ts"
import { waiting, type Waiting } from "../core/operation.ts"
import { LineOperation } from "../sync/line-operation.ts"
import { WaitList } from "../sync/wait-list.ts"
import { Protocol } from "./protocol.ts"
import { hostDriven } from "./base-transport.ts"
import { channelOf } from "./channel-words.ts"
import { type WriteTransport } from "./transport.ts"

/** The other direction of a connection, which may have failed. */
interface Input {
  exception(): unknown
}

/** Waits until `transport` takes more; throws what is wrong with the other direction. */
export const drained: unique symbol = Symbol("drained")
/** Waits until the connection is lost. */
export const closed: unique symbol = Symbol("closed")

/**
 * The part of a protocol that `drain` and `waitClosed` of a `StreamWriter` wait on.
 *
 * Invariants: nobody waits in `#drains` unless writing is paused and the connection stands;
 * nobody waits in `#closes` once it is lost.
 */
export class FlowControl extends Protocol {
  #paused = false
  #lost = false
  #error: unknown = null
  // Made when the first one waits: most connections never have one.
  #drains: WaitList | null = null
  #closes: WaitList | null = null

  override pauseWriting(): void {
    this.#paused = true
  }

  override resumeWriting(): void {
    this.#paused = false
    this.#drains?.wakeAll()
  }

  override connectionLost(error: unknown): void {
    this.#lost = true
    this.#error = error
    this.#drains?.wakeAll()
    this.#closes?.wakeAll()
  }

  [drained](transport: WriteTransport, input: Input | null): Coroutine<void> {
    return new Drain(this, transport, input)
  }

  [closed](transport: WriteTransport): Coroutine<void> {
    return new Closed(this, transport)
  }

  // For the operations below.
  get writingPaused(): boolean {
    return this.#paused
  }

  get connectionIsLost(): boolean {
    return this.#lost
  }

  get lossReason(): unknown {
    return this.#error
  }

  get drains(): WaitList {
    return (this.#drains ??= new WaitList())
  }

  get closes(): WaitList {
    return (this.#closes ??= new WaitList())
  }
}

/** In line only while the buffer is over its mark; before that, a transport that closes gets one turn. */
class Drain extends LineOperation<void> {
  readonly #flow: FlowControl
  readonly #transport: WriteTransport
  readonly #input: Input | null
  #inLine = false

  constructor(flow: FlowControl, transport: WriteTransport, input: Input | null) {
    super()
    this.#flow = flow
    this.#transport = transport
    this.#input = input
  }

  get name(): string {
    return "StreamWriter.drain"
  }

  override reason(glance: Glance): WaitReason {
    const transport = this.#transport
    const size = transport.getWriteBufferSize()
    const text = `${channelOf(transport)}, writing, ${size} bytes not sent, ${glance.ago(this.since, this.frame?.loop)}`
    return { kind: this.name, text, on: transport }
  }

  begin({ loop }: Frame): void | Waiting {
    this.#checkInput()
    if (!this.#transport.isClosing()) return this.#attempt()
    loop.schedule(this)
    this.state = "woken"
    return waiting
  }

  woken(error: CancelledError | null): void | Waiting {
    this.dropped()
    if (error !== null) throw error
    this.#checkInput()
    return this.#attempt()
  }

  #checkInput(): void {
    const error = this.#input?.exception()
    if (error !== undefined) throw error
  }

  #attempt(): void | Waiting {
    const flow = this.#flow
    // Closing on purpose with nothing left to write is as good as closed.
    if (flow.connectionIsLost || (this.#transport.isClosing() && this.#transport.getWriteBufferSize() === 0)) {
      const { lossReason } = flow
      throw new ConnectionResetError("cannot drain: the connection is closed", lossReason === null ? {} : { cause: lossReason })
    }
    if (!flow.writingPaused) return undefined
    this.#inLine = true
    flow.drains.add(this)
    return waiting
  }

  dropped(): void {
    if (!this.#inLine) return
    this.#inLine = false
    this.#flow.drains.remove(this)
  }
}

class Closed extends LineOperation<void> {
  readonly #flow: FlowControl
  readonly #counts: boolean
  readonly #transport: WriteTransport
  #frame: Frame | null = null

  constructor(flow: FlowControl, transport: WriteTransport) {
    super()
    this.#flow = flow
    this.#counts = transport[hostDriven]
    this.#transport = transport
  }

  get name(): string {
    return "StreamWriter.waitClosed"
  }

  override reason(glance: Glance): WaitReason {
    const transport = this.#transport
    const state = transport.isClosing() ? "closing" : "open, nobody has closed it"
    return { kind: this.name, text: `${channelOf(transport)}, ${state}, ${glance.ago(this.since, this.frame?.loop)}`, on: transport }
  }

  begin(frame: Frame): void | Waiting {
    if (this.#flow.connectionIsLost) return this.#outcome()
    this.#flow.closes.add(this)
    if (this.#counts) {
      this.#frame = frame
      frame.loop.hostOperations += 1
    }
    return waiting
  }

  woken(error: CancelledError | null): void | Waiting {
    this.dropped()
    if (error !== null) throw error
    return this.#outcome()
  }

  #outcome(): void {
    const { lossReason } = this.#flow
    if (lossReason !== null) throw lossReason
  }

  dropped(): void {
    this.#flow.closes.remove(this)
    const frame = this.#frame
    if (frame === null) return
    this.#frame = null
    frame.loop.hostOperations -= 1
    frame.loop.wake()
  }
}
