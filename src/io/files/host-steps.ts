/** Steps of file jobs that take the host several calls. */
import { close, fstat, fsync, read, write, type Stats } from "node:fs"
import type { FileJob } from "./file-operation.ts"

type Failure = Error | null

/** At most so many bytes at a time, so that a stopped job ends soon. */
const CHUNK = 512 * 1024
/** More is not allocated before the file was asked whether it has as much. */
const LARGE = 1024 * 1024

/** A part of a file, in bytes. */
interface Span {
  readonly at: number
  readonly size: number
}

/** Reads until `target` is full, the file ends or the job is stopped. */
export function readFully<T>(job: FileJob<T>, fd: number, target: Uint8Array, position: number, then: (error: Failure, bytes: number) => void): void {
  let filled = 0
  const readOn = (): void => {
    const length = Math.min(CHUNK, target.length - filled)
    if (length === 0 || job.stopped) {
      then(null, filled)
      return
    }
    read(fd, target, filled, length, position + filled, (error, bytes) => {
      if (error !== null) {
        then(error, filled)
        return
      }
      filled += bytes
      if (bytes === 0) then(null, filled)
      else readOn()
    })
  }
  readOn()
}

/** Reads up to `size` bytes into a new buffer. */
export function readAt<T>(job: FileJob<T>, fd: number, { at, size }: Span, then: (bytes: Buffer) => void): void {
  // Not from Node's pool, which a small piece that is kept would hold as a whole.
  const target = Buffer.allocUnsafeSlow(size)
  readFully(job, fd, target, at, (error, count) => {
    if (error !== null) job.failed(error)
    else job.step(() => then(count === size ? target : target.subarray(0, count)))
  })
}

/** The same for a size that may be far more than the file has: asks it first. */
export function readUpTo<T>(job: FileJob<T>, fd: number, { at, size }: Span, then: (bytes: Buffer) => void): void {
  if (size <= LARGE) {
    readAt(job, fd, { at, size }, then)
    return
  }
  const chunks: Buffer[] = []
  let length = 0
  // As much as the file says, and then on to its end: it may grow, and those of /proc say 0.
  const readOn = (expected: number): void => {
    const wanted = Math.min(expected, size - length)
    readAt(job, fd, { at: at + length, size: wanted }, (bytes) => {
      chunks.push(bytes)
      length += bytes.length
      if (bytes.length === wanted && length < size && !job.stopped) readOn(CHUNK)
      else then(chunks.length === 1 ? bytes : Buffer.concat(chunks))
    })
  }
  fstat(
    fd,
    job.then<Stats>((stats) => readOn(Math.max(stats.size - at, 0) + 1)),
  )
}

/** Writes until all is written or the job is stopped; `position` is null where the file's own decides. */
export function writeFully<T>(job: FileJob<T>, fd: number, bytes: Uint8Array, position: number | null, then: (error: Failure) => void): void {
  let written = 0
  const writeOn = (): void => {
    const length = Math.min(CHUNK, bytes.length - written)
    if (length === 0 || job.stopped) {
      then(null)
      return
    }
    write(fd, bytes, written, length, position === null ? null : position + written, (error, count) => {
      if (error !== null) {
        then(error)
        return
      }
      written += count
      writeOn()
    })
  }
  writeOn()
}

/** Writes all of `bytes` to a file that was just opened, and closes it. */
export function fill<T>(job: FileJob<T>, fd: number, { bytes, sync }: { bytes: Uint8Array; sync: boolean }, then: (error: Failure) => void): void {
  const shut = (error: Failure): void => close(fd, (failure) => then(error ?? failure ?? null))
  writeFully(job, fd, bytes, null, (error) => {
    if (error === null && sync && !job.stopped) fsync(fd, shut)
    else shut(error)
  })
}
