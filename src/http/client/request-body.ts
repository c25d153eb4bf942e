/**
 * What a request carries: bytes, or a stream of them.
 */
import { describe } from "../../structures/arguments.ts"

/** A piece of a body. */
export type BodyChunk = string | Uint8Array

/** A stream of pieces: a list, an async generator, a stream of Node's or of the web's. */
export type BodyStream = Iterable<BodyChunk> | AsyncIterable<BodyChunk>

/**
 * A body. A function gives a new stream each time it is called, so that such a body can be
 * sent again after a redirect, a challenge or a failure.
 */
export type BodyInput = string | Uint8Array | ArrayBuffer | Blob | URLSearchParams | FormData | BodyStream | (() => BodyStream)

export interface RequestBody {
  readonly contentType: string | null
  /** In bytes, where it is known before it is sent. */
  readonly length: number | null
  /** All of it, where it is in memory. */
  readonly bytes: Buffer | null
  /** Whether it can be sent more than once. */
  readonly replayable: boolean
  open(): BodyStream
}

export function bytesBody(bytes: Buffer, contentType: string | null): RequestBody {
  return { contentType, length: bytes.length, bytes, replayable: true, open: () => [bytes] }
}

/** @throws TypeError for what is no body. */
export function bodyOf(input: Exclude<BodyInput, FormData>): RequestBody {
  if (typeof input === "string") return bytesBody(Buffer.from(input), "text/plain; charset=utf-8")
  if (input instanceof Uint8Array) return bytesBody(bufferOf(input), null)
  if (input instanceof ArrayBuffer) return bytesBody(Buffer.from(input), null)
  if (input instanceof URLSearchParams) return formBody(input)
  if (input instanceof Blob) {
    return { contentType: input.type === "" ? null : input.type, length: input.size, bytes: null, replayable: true, open: () => input.stream() }
  }
  if (typeof input === "function") {
    return { contentType: null, length: null, bytes: null, replayable: true, open: () => streamOf(input()) }
  }
  const stream = streamOf(input)
  return { contentType: null, length: null, bytes: null, replayable: false, open: () => stream }
}

/** @throws TypeError for what JSON cannot express. */
export function jsonBody(value: unknown): RequestBody {
  const text = JSON.stringify(value)
  if (text === undefined) throw new TypeError(`json is what JSON can express, not ${describe(value)}`)
  return bytesBody(Buffer.from(text), "application/json")
}

/** A form: a record whose lists repeat the name, or pairs. Undefined leaves a field out. */
export type FormInput = Readonly<Record<string, FormValue | readonly FormValue[]>> | Iterable<readonly [name: string, value: string]>
type FormValue = string | number | boolean | bigint | null | undefined

export function formBody(input: FormInput): RequestBody {
  return bytesBody(Buffer.from(new URLSearchParams(formFields(input)).toString()), "application/x-www-form-urlencoded")
}

/** The fields of a form; a list is a field for each of its values. */
export function formFields(input: FormInput): [string, string][] {
  if (typeof input !== "object" || input === null) throw new TypeError(`a form is an object or a list of pairs, not ${describe(input)}`)
  if (Symbol.iterator in input) return [...(input as Iterable<unknown>)].map(pairOf)
  return Object.entries(input).flatMap(([name, value]): [string, string][] => {
    const values = Array.isArray(value) ? (value as readonly FormValue[]) : [value as FormValue]
    return values.flatMap((one): [string, string][] => {
      if (one === undefined) return []
      if ((typeof one === "object" && one !== null) || typeof one === "function" || typeof one === "symbol") {
        throw new TypeError(`the form's ${describe(name)} is text, a number or a boolean, not ${describe(one)}; files go into files`)
      }
      return [[name, one === null ? "" : String(one)]]
    })
  })
}

function pairOf(pair: unknown): [string, string] {
  if (!Array.isArray(pair) || pair.length !== 2) throw new TypeError(`a form is pairs of a name and a value, not ${describe(pair)}`)
  return pair as [string, string] // the values are made text by whoever writes them
}

/** A stream is one that gives its pieces, or its reader. @throws TypeError for anything else. */
export function streamOf(input: BodyStream): BodyStream {
  if (typeof input === "object" && input !== null && (Symbol.asyncIterator in input || Symbol.iterator in input)) return input
  throw new TypeError(`a body is text, bytes, a form, a stream or a function that gives one, not ${describe(input)}`)
}

/** @throws TypeError for a piece that is neither text nor bytes. */
export function bufferOf(chunk: BodyChunk): Buffer {
  if (typeof chunk === "string") return Buffer.from(chunk)
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  throw new TypeError(`a body gives pieces of text or bytes, not ${describe(chunk)}`)
}
