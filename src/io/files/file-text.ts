import { describe } from "../../structures/arguments.ts"

/** How text stands in a file. Bytes that are none in UTF-8 are read as U+FFFD. */
export type FileEncoding = "utf-8" | "latin1"

/** What can be written: text, or bytes, which must not be changed before they are written. */
export type FileData = string | NodeJS.ArrayBufferView

/** @throws TypeError for an encoding that is not known. */
export function checkEncoding(encoding: FileEncoding | undefined): BufferEncoding {
  if (encoding === undefined || encoding === "utf-8") return "utf-8"
  if (encoding === "latin1") return encoding
  throw new TypeError(`the encoding of a file is "utf-8" or "latin1", not ${describe(encoding)}; decode bytes with TextDecoder`)
}

/** @throws TypeError unless it is text or bytes. */
export function bytesOf(data: FileData, encoding: BufferEncoding, what: string): Uint8Array {
  if (typeof data === "string") return Buffer.from(data, encoding)
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  throw new TypeError(`${what} takes text or bytes, not ${describe(data)}`)
}
