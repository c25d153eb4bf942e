import { Readable } from "node:stream"
import { ReadableStream } from "node:stream/web"
import { checkInteger, describe } from "../structures/arguments.ts"
import { getRunningLoop } from "../core/running.ts"
import { CancelledError } from "../errors/cancelled-error.ts"
import { Producer } from "./producer.ts"

/** How an iteration becomes a stream. */
export interface ToReadableOptions {
  /** A Readable of Node's, or a ReadableStream of the web's; `"node"` by default. */
  readonly type?: "node" | "web" | undefined
  /** Whether chunks of a Readable of Node's are any values, and not only text and bytes; false by default. */
  readonly objectMode?: boolean | undefined
  /**
   * How far it is produced ahead of the reader: for `"node"` bytes, or chunks with
   * `objectMode`, as Node's own; for `"web"` chunks, 0 by default.
   */
  readonly highWaterMark?: number | undefined
}

/**
 * A stream of Node's or the web's from what can be iterated. The iteration begins when the
 * stream is first read, and goes on as fast as it is read.
 *
 * It runs in a task of the loop that called, with the context variables and the async
 * context of that call, whoever reads the stream. When the reader destroys or cancels the
 * stream, the task is cancelled, and the iteration cleans up before the stream counts as
 * closed. What the iteration throws is the stream's error, and what a Readable of Node's
 * holds unread is lost then, as with any other; `highWaterMark: 0` holds nothing. When the loop ends first, the
 * stream fails with `CancelledError`.
 *
 * @throws RuntimeError if no loop runs; TypeError or RangeError for wrong arguments. A chunk
 * that is null, or with bytes no text and no bytes, makes the stream fail with a TypeError.
 *
 * @example
 * ```ts
 * import { text } from "node:stream/consumers"
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   async function* count() {
 *     for (const n of [1, 2, 3]) {
 *       await asyncio.sleep(0.001)
 *       yield `${n} `
 *     }
 *   }
 *   console.log(await asyncio.wrapFuture(text(asyncio.toReadable(count())))) // -> 1 2 3
 * })
 * ```
 */
export function toReadable<T>(source: AsyncIterable<T> | Iterable<T>, options: ToReadableOptions & { readonly type: "web" }): ReadableStream<T>
export function toReadable<T>(source: AsyncIterable<T> | Iterable<T>, options?: ToReadableOptions & { readonly type?: "node" | undefined }): Readable
export function toReadable<T>(source: AsyncIterable<T> | Iterable<T>, options: ToReadableOptions = {}): Readable | ReadableStream<T> {
  const { type = "node", objectMode = false, highWaterMark } = options
  if (!isIterable(source)) throw new TypeError(`toReadable takes what can be iterated, such as a call of an async generator, not ${describe(source)}`)
  if (highWaterMark !== undefined) checkInteger(highWaterMark, "the highWaterMark of toReadable", 0)
  if (type !== "node" && type !== "web") throw new TypeError(`the type of toReadable is "node" or "web", not ${describe(type)}`)
  const producer = new Producer<T>(source, getRunningLoop())
  return type === "web" ? webStream(producer, highWaterMark ?? 0) : nodeStream(producer, { objectMode, highWaterMark })
}

function isIterable(source: unknown): boolean {
  const { [Symbol.iterator]: inStep, [Symbol.asyncIterator]: later } = (source ?? {}) as Partial<AsyncIterable<unknown> & Iterable<unknown>> // looked at only
  return typeof source !== "string" && (typeof later === "function" || typeof inStep === "function")
}

function nodeStream<T>(producer: Producer<T>, { objectMode, highWaterMark }: { objectMode: boolean; highWaterMark: number | undefined }): Readable {
  const stream = new Readable({
    objectMode,
    ...(highWaterMark === undefined ? {} : { highWaterMark }),
    read: () =>
      producer.demand({
        push: (chunk) => {
          if (chunk === null || chunk === undefined) throw new TypeError(`a chunk of a Readable cannot be ${String(chunk)}, which means its end to Node`)
          return stream.push(chunk)
        },
        end: () => void stream.push(null),
        fail: (error) => {
          // Who reads it after the program has ended is told; that nobody listens yet is no reason to end the process.
          if (producer.ends && error instanceof CancelledError) stream.on("error", () => undefined)
          stream.destroy(error as Error) // whatever was thrown
        },
      }),
    destroy: (error, done) => producer.stop("the stream was destroyed", (late) => done(error ?? (late as Error | null))), // whatever was thrown
  })
  return stream
}

function webStream<T>(producer: Producer<T>, highWaterMark: number): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      pull: (controller) =>
        producer.demand({
          push: (chunk) => {
            controller.enqueue(chunk)
            return (controller.desiredSize ?? 0) > 0
          },
          end: () => controller.close(),
          fail: (error) => controller.error(error),
        }),
      cancel: () =>
        new Promise<void>((resolve, reject) => producer.stop("the stream was cancelled", (late) => (late === null ? resolve() : reject(late)))),
    },
    { highWaterMark },
  )
}
