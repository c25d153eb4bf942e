/**
 * What the main thread and its watchdog tell each other without a message: a thread that is
 * blocked sends none.
 */

/** The numbers that both write. */
export const CELL = {
  /** Set by the main thread: the watchdog ends. */
  stop: 0,
  /** Set by the watchdog while it has a session of the inspector open. */
  connected: 1,
  /** How many more turns of the host's loop the watchdog wants to be told of. */
  wanted: 2,
  /** Turns of the host's loop that were told. */
  turns: 3,
  /** The call that is known to block and that runs now: its number in the table of calls, from 1. */
  call: 4,
  /** How many bytes tell where it was called; 0 if that took too long to find out. */
  length: 5,
  /** Set by the watchdog while it has told of a stretch and not yet of its end. */
  open: 6,
  /** How many more values the main thread may look at, to see whether a call with them will take long. */
  glances: 7,
} as const

/** The times that both read, in milliseconds of the main thread's clock. */
export const TIME = {
  /** When the host's loop turned last, as far as it was told. */
  turned: 0,
  /** When that call began. */
  called: 1,
  /** Since when turns are told; 0 while they are not. */
  telling: 2,
} as const

const INTS = 64
const TIMES = 64
const TEXT = 16_384
/** Until the watchdog watches. */
const GLANCES = 10_000

export class SharedCells {
  readonly buffer: SharedArrayBuffer
  readonly ints: Int32Array
  readonly times: Float64Array
  readonly text: Uint8Array

  /** @param of - the cells of another thread */
  constructor(of?: SharedArrayBuffer) {
    const buffer = of ?? new SharedArrayBuffer(INTS + TIMES + TEXT)
    this.buffer = buffer
    this.ints = new Int32Array(buffer, 0, INTS / 4)
    if (of === undefined) this.ints[CELL.glances] = GLANCES
    this.times = new Float64Array(buffer, INTS, TIMES / 8)
    this.text = new Uint8Array(buffer, INTS + TIMES)
  }
}
