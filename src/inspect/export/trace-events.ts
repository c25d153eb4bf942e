/**
 * Writes events of the Trace Event Format, which Perfetto and Chrome's tracing page read, as lines of JSON.
 */
import { RuntimeError } from "../../errors/misuse.ts"

/** What hangs on an event; undefined entries are left out. */
export type TraceArgs = Readonly<Record<string, string | number | boolean | readonly number[] | undefined>>

/** A row of its own: a process, and a thread of it on which slices nest. */
export interface TraceRow {
  readonly pid: number
  readonly tid: number
}

const NANOSECONDS = 1e9
/** V8's limit is a little higher. */
const LONGEST = 500_000_000

/** Collects events; times are whole nanoseconds. */
export class TraceEvents {
  readonly #lines: string[] = []

  /** Names a process, and says where it stands among the others. */
  process(pid: number, name: string): void {
    this.#add({ ph: "M", pid, tid: 0, name: "process_name", args: { name } })
    this.#add({ ph: "M", pid, tid: 0, name: "process_sort_index", args: { sort_index: pid } })
  }

  thread({ pid, tid }: TraceRow, name: string): void {
    this.#add({ ph: "M", pid, tid, name: "thread_name", args: { name } })
    this.#add({ ph: "M", pid, tid, name: "thread_sort_index", args: { sort_index: tid } })
  }

  /** The beginning of a slice on a row; slices of a row nest. */
  begin(row: TraceRow, time: number, cat: string, name: string, args?: TraceArgs): void {
    this.#add({ ph: "B", ...row, ts: stamp(time), cat, name, ...given(args) })
  }

  end(row: TraceRow, time: number, cat: string, name: string): void {
    this.#add({ ph: "E", ...row, ts: stamp(time), cat, name })
  }

  /** A slice with its end. */
  slice(row: TraceRow, from: number, to: number, cat: string, name: string, args?: TraceArgs): void {
    this.#add({ ph: "X", ...row, ts: stamp(from), dur: stamp(to - from), cat, name, ...given(args) })
  }

  /** A slice that may overlap others: those of one id nest. */
  asyncBegin(row: TraceRow, time: number, cat: string, id: string, name: string, args?: TraceArgs): void {
    this.#add({ ph: "b", ...row, ts: stamp(time), cat, id, name, ...given(args) })
  }

  asyncEnd(row: TraceRow, time: number, cat: string, id: string, name: string, args?: TraceArgs): void {
    this.#add({ ph: "e", ...row, ts: stamp(time), cat, id, name, ...given(args) })
  }

  asyncInstant(row: TraceRow, time: number, cat: string, id: string, name: string, args?: TraceArgs): void {
    this.#add({ ph: "n", ...row, ts: stamp(time), cat, id, name, ...given(args) })
  }

  counter(pid: number, time: number, name: string, value: number): void {
    this.#add({ ph: "C", pid, tid: 0, ts: stamp(time), name, args: { tasks: value } })
  }

  /** Leaves room for the beginning of an arrow, which is written only once its end is known. */
  reserve(): number {
    return this.#lines.push("") - 1
  }

  /** An arrow from the slice that stands on `from` at its time, to the one that stands on `to`. */
  flow(reserved: number, id: number, cat: string, name: string, from: TraceRow, left: number, to: TraceRow, arrived: number): void {
    this.#lines[reserved] = JSON.stringify({ ph: "s", ...from, ts: stamp(left), cat, id, name })
    this.#add({ ph: "f", bp: "e", ...to, ts: stamp(arrived), cat, id, name })
  }

  /**
   * The whole trace as a JSON document.
   *
   * @throws RuntimeError where it is longer than a text can be.
   */
  document(about: TraceArgs): string {
    const lines = this.#lines.filter((line) => line !== "")
    const length = lines.reduce((sum, line) => sum + line.length + 2, 0)
    if (length > LONGEST) {
      throw new RuntimeError(`the trace would have ${Math.round(length / 1e6)} million characters, and a text can have ${Math.round(LONGEST / 1e6)}: record with a capacity of at most a million events`)
    }
    return `{"displayTimeUnit":"ms","otherData":${JSON.stringify(about)},"traceEvents":[\n${lines.join(",\n")}\n]}\n`
  }

  #add(event: object): void {
    this.#lines.push(JSON.stringify(event))
  }
}

/** Seconds as whole nanoseconds. */
export function nanoseconds(time: number): number {
  return Math.round(time * NANOSECONDS)
}

/** The format counts in microseconds, and may have fractions of them. */
function stamp(time: number): number {
  return time / 1000
}

function given(args: TraceArgs | undefined): { readonly args?: TraceArgs } {
  return args === undefined ? {} : { args }
}
