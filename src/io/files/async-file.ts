import { fdatasync, fstat, fsync, ftruncate, write, type Stats } from "node:fs"
import { checkInteger, describe } from "../../structures/arguments.ts"
import { Shown } from "../../structures/shown.ts"
import { RuntimeError } from "../../errors/misuse.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { NativePromise } from "../../core/native-promise.ts"
import { Lane } from "./file-lane.ts"
import { FileOperation, type FileJob, type FileWork } from "./file-operation.ts"
import { quoted } from "./file-path.ts"
import { bytesOf, type FileData } from "./file-text.ts"
import { readAt, readFully, readUpTo, writeFully } from "./host-steps.ts"
import { forgotten, type HeldFile } from "./held-file.ts"
import { LineReader, type FoundLine } from "./line-reader.ts"

/** For files of this library: the next line, if that needs no host. */
export const bufferedLine: unique symbol = Symbol("bufferedLine")

/** From where `seek` counts. */
export type SeekFrom = "start" | "current" | "end"

/** What `open` finds out about a file. */
export interface OpenedFile {
  readonly held: HeldFile
  /** Where it begins to read and write. */
  readonly position: number
  /** The host writes at the end, wherever the position is. */
  readonly appends: boolean
  readonly encoding: BufferEncoding
  readonly lineLimit: number
}

/** What makes one operation of the others. */
type Step<T> = Pick<FileWork<T>, "taken" | "quick"> & { start(job: FileJob<T>, fd: number): void }

const NOTHING = Buffer.alloc(0)
/**
 * An open file; made by `files.open`. Its operations happen one after the other, in the order
 * in which they were awaited. Iterating it gives its lines, from the position on.
 *
 * The position is this object's own. A wait that is cancelled or fails does not move it, so
 * that the same bytes can be read again. The host cannot be stopped within a step: what it
 * was writing when the wait was cancelled may be in the file, in part or whole, and further
 * operations, `close` among them, wait until that step is over.
 *
 * A file must be closed: `await using`, or `close()` in a `finally`. One that is forgotten is
 * closed when it is collected, with a warning, or with the loop on which it was opened.
 */
export class AsyncFile extends Shown implements AsyncIterable<string, undefined, undefined> {
  // Invariant: #position moves only when the operation's wait has its outcome.
  readonly path: string
  readonly #held: HeldFile
  #position: number
  readonly #appends: boolean
  readonly #encoding: BufferEncoding
  readonly #line = new Lane(1)
  readonly #lines: LineReader
  /** Reused by `readInto`. */
  #scratch = NOTHING

  constructor(opened: OpenedFile) {
    super()
    this.path = opened.held.path
    this.#held = opened.held
    this.#position = opened.position
    this.#appends = opened.appends
    this.#encoding = opened.encoding
    this.#lines = new LineReader(opened.lineLimit, opened.held.path)
    forgotten.register(this, opened.held, this)
  }

  toString(): string {
    return `<AsyncFile ${quoted(this.path)} [${this.closed ? "closed" : `open, position:${this.#position}`}]>`
  }

  /** Whether it is closed, or being closed. */
  get closed(): boolean {
    return this.#held.fd === null
  }

  /**
   * The descriptor, for functions of the host.
   *
   * @throws RuntimeError once the file is closed.
   */
  fileno(): number {
    const { fd } = this.#held
    if (fd === null) throw new RuntimeError(`${quoted(this.path)} is closed, and has no descriptor`)
    return fd
  }

  /** Where the next operation reads or writes, in bytes from the start. */
  tell(): number {
    return this.#position
  }

  /**
   * Moves the position; gives the new one.
   *
   * @throws RangeError if it would lie before the start; TypeError at the call for no whole number.
   * @throws CancelledError if the task is cancelled first; the position stays.
   */
  seek(offset: number, from: SeekFrom = "start"): Coroutine<number> {
    if (!Number.isSafeInteger(offset)) throw new TypeError(`seek takes a whole number of bytes, not ${describe(offset)}`)
    if (!["start", "current", "end"].includes(from)) throw new TypeError(`seek counts from "start", "current" or "end", not ${describe(from)}`)
    return this.#operation<number>("seek", "cannot seek in", {
      start: (job, fd) => {
        const to = (base: number): void => {
          const position = base + offset
          if (position < 0) job.failed(new RangeError(`cannot seek in ${quoted(this.path)} to ${position}, which lies before its start`))
          else job.returned(position)
        }
        if (from === "end") fstat(fd, job.then<Stats>(({ size }) => to(size)))
        else to(from === "start" ? 0 : this.#position)
      },
      taken: (position) => {
        this.#position = position
        // Others may have written what is read again.
        this.#lines.clear()
      },
    })
  }

  /**
   * Reads up to `size` bytes, or the rest of the file. Fewer come only at the end of the file,
   * none when it has been reached.
   *
   * @throws OSError as the host refuses it, with the path; RuntimeError if the file is closed.
   * @throws CancelledError if the task is cancelled first; nothing counts as read.
   */
  read(size = Infinity): Coroutine<Buffer> {
    if (size !== Infinity) checkInteger(size, "the size to read", 0)
    return this.#operation<Buffer>("read", "cannot read", {
      start: (job, fd) => {
        readUpTo(job, fd, { at: this.#position, size }, (bytes) => job.returned(bytes))
      },
      taken: ({ length }) => {
        this.#position += length
      },
    })
  }

  /**
   * Reads the rest of the file as text.
   *
   * @throws as `read`.
   * @throws CancelledError as `read`.
   */
  readText(): Coroutine<string> {
    let length = 0
    return this.#operation<string>("readText", "cannot read", {
      start: (job, fd) =>
        readUpTo(job, fd, { at: this.#position, size: Infinity }, (bytes) => {
          length = bytes.length
          job.returned(bytes.toString(this.#encoding))
        }),
      taken: () => {
        this.#position += length
      },
    })
  }

  /**
   * Fills `target` with bytes of the file; gives how many, fewer only at the file's end.
   *
   * @throws as `read`.
   * @throws CancelledError if the task is cancelled first; `target` is as it was.
   */
  readInto(target: NodeJS.ArrayBufferView): Coroutine<number> {
    if (!ArrayBuffer.isView(target)) throw new TypeError(`readInto fills a buffer, not ${describe(target)}`)
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
    return this.#operation<number>("readInto", "cannot read", {
      start: (job, fd) => {
        // Not straight into the target, which a stopped wait has given back to its owner.
        if (this.#scratch.length < bytes.length) this.#scratch = Buffer.allocUnsafeSlow(bytes.length)
        const scratch = this.#scratch.subarray(0, bytes.length)
        readFully(job, fd, scratch, this.#position, (error, count) => (error === null ? job.returned(count) : job.failed(error)))
      },
      taken: (count) => {
        bytes.set(this.#scratch.subarray(0, count))
        this.#position += count
      },
    })
  }

  /**
   * Reads the next line, without what ends it (LF, CRLF or a lone CR); undefined at the end of
   * the file. The last line need not be ended.
   *
   * @throws LimitOverrunError if the line is longer than the file's `lineLimit`; the position
   * stays. Else as `read`.
   * @throws CancelledError if the task is cancelled first; the line is read by the next call.
   */
  readLine(): Coroutine<string | undefined> {
    return this.#nextLine((line) => line)
  }

  [Symbol.asyncIterator](): AsyncIterator<string, undefined, undefined> {
    return {
      next: () => {
        const value = this[bufferedLine]()
        if (value !== undefined) return NativePromise.resolve({ done: false, value })
        return this.#nextLine((line) => (line === undefined ? { done: true, value: line } : { done: false, value: line }))
      },
    }
  }

  /** The next line if it was read ahead and nobody is before us: a coroutine for each would take ten times as long. */
  [bufferedLine](): string | undefined {
    if (this.closed || !this.#line.idle) return undefined
    const found = this.#lines.find(this.#position, false)
    if (found === undefined) return undefined
    this.#position = found.next
    return found.bytes.toString(this.#encoding)
  }

  /**
   * Writes once at the position, or at the end if the file was opened to append; gives how
   * many bytes the host took, which may be fewer than there are.
   *
   * @throws OSError as the host refuses it, with the path; RuntimeError if the file is closed.
   * @throws CancelledError if the task is cancelled first; the position stays, and some of it
   * may be written.
   */
  write(data: FileData): Coroutine<number> {
    const bytes = bytesOf(data, this.#encoding, "write")
    return this.#operation<number>("write", "cannot write", {
      start: (job, fd) => {
        this.#lines.clear()
        write(fd, bytes, 0, bytes.length, this.#appends ? null : this.#position, job.then<number>((count) => job.returned(count)))
      },
      taken: (count) => {
        this.#position += count
      },
    })
  }

  /**
   * Writes all of it.
   *
   * @throws as `write`.
   * @throws CancelledError as `write`.
   */
  writeAll(data: FileData): Coroutine<void> {
    const bytes = bytesOf(data, this.#encoding, "writeAll")
    return this.#operation<void>("writeAll", "cannot write", {
      start: (job, fd) => {
        this.#lines.clear()
        writeFully(job, fd, bytes, this.#appends ? null : this.#position, (error) => (error === null ? job.returned() : job.failed(error)))
      },
      taken: () => {
        this.#position += bytes.length
      },
    })
  }

  /**
   * Cuts the file to `size` bytes, or makes it longer with zeros; by default at the position,
   * which stays.
   *
   * @throws as `write`.
   * @throws CancelledError if the task is cancelled first; it may have been done.
   */
  truncate(size?: number): Coroutine<void> {
    if (size !== undefined) checkInteger(size, "the size of a file", 0)
    return this.#operation<void>("truncate", "cannot truncate", {
      start: (job, fd) => {
        this.#lines.clear()
        ftruncate(fd, size ?? this.#position, job.then<void>(() => job.returned()))
      },
    })
  }

  /**
   * What the host knows of the file: its size, times and permissions.
   *
   * @throws as `read`.
   * @throws CancelledError if the task is cancelled first.
   */
  stat(): Coroutine<Stats> {
    return this.#operation<Stats>("stat", "cannot ask about", {
      start: (job, fd) => fstat(fd, job.then<Stats>((stats) => job.returned(stats))),
    })
  }

  /**
   * Waits until the disk has all that was written.
   *
   * @param options - `dataOnly`: not the times of the file
   * @throws as `write`.
   * @throws CancelledError if the task is cancelled first; the host goes on with it.
   */
  sync(options: { readonly dataOnly?: boolean | undefined } = {}): Coroutine<void> {
    return this.#operation<void>("sync", "cannot sync", {
      start: (job, fd) => (options.dataOnly === true ? fdatasync : fsync)(fd, job.then<void>(() => job.returned())),
    })
  }

  /**
   * Closes the file, after the operations that were awaited before. Closing it again does
   * nothing.
   *
   * @throws OSError if the host could not write what it held back.
   * @throws CancelledError if the task is cancelled first; the file is closed all the same.
   */
  close(): Coroutine<void> {
    return new FileOperation<void>({
      name: "AsyncFile.close",
      path: this.path,
      attempt: `cannot close ${quoted(this.path)}`,
      line: this.#line,
      always: true,
      start: (job) => this.#close((error) => (error === null ? job.returned() : job.failed(error))),
    })
  }

  [Symbol.asyncDispose](): Coroutine<void> {
    return this.close()
  }

  /** Closes it at once: nobody got it. */
  static drop(file: AsyncFile): void {
    file.#close(() => undefined)
  }

  #close(then: (error: Error | null) => void): void {
    this.#lines.clear()
    this.#scratch = NOTHING
    forgotten.unregister(this)
    this.#held.close(then)
  }

  #operation<T>(name: string, attempt: string, step: Step<T>): Coroutine<T> {
    return new FileOperation<T>({
      name: `AsyncFile.${name}`,
      path: this.path,
      attempt: `${attempt} ${quoted(this.path)}`,
      line: this.#line,
      ...step,
      start: (job) => {
        const { fd } = this.#held
        if (fd === null) job.failed(new RuntimeError(`${attempt} ${quoted(this.path)}: the file is closed; open it again`))
        else step.start(job, fd)
      },
    })
  }

  #nextLine<R>(give: (line: string | undefined) => R): Coroutine<R> {
    let next = 0
    const found = (line: FoundLine | undefined): R => {
      next = line?.next ?? this.#position
      return give(line?.bytes.toString(this.#encoding))
    }
    return this.#operation<R>("readLine", "cannot read", {
      quick: () => {
        const line = this.closed ? undefined : this.#lines.find(this.#position, false)
        return line === undefined ? undefined : { value: found(line) }
      },
      start: (job, fd) => {
        const look = (ended: boolean): void => {
          const line = this.#lines.find(this.#position, ended)
          if (line !== undefined || ended || job.stopped) {
            job.returned(found(line))
            return
          }
          const { at, size } = this.#lines.wanted
          readAt(job, fd, { at, size }, (bytes) => {
            this.#lines.add(bytes)
            job.step(() => look(bytes.length === 0))
          })
        }
        look(false)
      },
      taken: () => {
        this.#position = next
      },
    })
  }
}
