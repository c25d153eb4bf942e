/**
 * Bodies of several parts: forms with files.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7578
 */
import { randomBytes } from "node:crypto"
import { describe } from "../../structures/arguments.ts"
import { HeaderFields, type HeadersInput } from "./header-fields.ts"
import { bodyOf, bytesBody, formFields, type BodyChunk, type BodyInput, type FormInput, type RequestBody } from "./request-body.ts"

/** What a file consists of; a `FormData` is no file. */
export type FileContent = Exclude<BodyInput, FormData | URLSearchParams>

/** A file of a form, with what is told of it. */
export interface FilePart {
  readonly content: FileContent
  readonly filename?: string | undefined
  /** By default that of a `Blob`, else `application/octet-stream`. */
  readonly contentType?: string | undefined
  readonly headers?: HeadersInput | undefined
}

/** The files of a form by their field; a list is several files of one field. */
export type FilesInput = Readonly<Record<string, FileContent | FilePart | readonly (FileContent | FilePart)[]>>

interface Part {
  readonly head: string
  readonly body: RequestBody
}

/** A body of the fields of `form`, and `files`. */
export function multipartBody(form: FormInput | undefined, files: FilesInput | undefined): RequestBody {
  const parts = form === undefined ? [] : formFields(form).map(([name, value]) => fieldPart(name, value))
  if (files !== undefined) {
    if (typeof files !== "object" || files === null) throw new TypeError(`files are an object of files by their field, not ${describe(files)}`)
    for (const [name, value] of Object.entries(files)) {
      for (const file of Array.isArray(value) ? (value as readonly (FileContent | FilePart)[]) : [value as FileContent | FilePart]) {
        parts.push(filePart(name, file))
      }
    }
  }
  return joined(parts)
}

/** A body of what a `FormData` holds. */
export function formDataBody(data: FormData): RequestBody {
  return joined([...data].map(([name, value]) => (typeof value === "string" ? fieldPart(name, value) : filePart(name, value))))
}

function fieldPart(name: string, value: string): Part {
  return { head: `content-disposition: form-data; name="${quoted(name)}"\r\n`, body: bytesBody(Buffer.from(value), null) }
}

function filePart(name: string, file: FileContent | FilePart): Part {
  const part: FilePart = isFilePart(file) ? file : { content: file }
  const body = bodyOf(part.content)
  const { name: ownName } = part.content as { name?: unknown } // a File has one
  const filename = part.filename ?? (typeof ownName === "string" ? ownName : name)
  if (typeof filename !== "string") throw new TypeError(`the filename of the file ${describe(name)} is text, not ${describe(filename)}`)
  const contentType = part.contentType ?? (part.content instanceof Blob ? body.contentType : null) ?? "application/octet-stream"
  const headers = HeaderFields.of(part.headers)
  if (!headers.has("content-type")) headers.set("content-type", contentType)
  const further = [...headers].map(([key, value]) => `${key}: ${value}\r\n`).join("")
  return { head: `content-disposition: form-data; name="${quoted(name)}"; filename="${quoted(filename)}"\r\n${further}`, body }
}

function isFilePart(file: FileContent | FilePart): file is FilePart {
  return typeof file === "object" && file !== null && "content" in file && !(file instanceof Blob)
}

/** As the web's forms do. */
function quoted(name: string): string {
  return name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A")
}

function joined(parts: readonly Part[]): RequestBody {
  const boundary = `asyncio-ts-${randomBytes(16).toString("hex")}`
  const contentType = `multipart/form-data; boundary=${boundary}`
  const heads = parts.map(({ head }) => Buffer.from(`--${boundary}\r\n${head}\r\n`))
  const end = Buffer.from(`--${boundary}--\r\n`)
  const line = Buffer.from("\r\n")
  if (parts.every(({ body }) => body.bytes !== null)) {
    const pieces = parts.flatMap(({ body }, index) => [heads[index] ?? line, body.bytes ?? line, line]) // both are there
    return bytesBody(Buffer.concat([...pieces, end]), contentType)
  }
  let length: number | null = end.length
  for (const [index, { body }] of parts.entries()) {
    length = length === null || body.length === null ? null : length + (heads[index]?.length ?? 0) + body.length + line.length
  }
  return {
    contentType,
    length,
    bytes: null,
    replayable: parts.every(({ body }) => body.replayable),
    async *open(): AsyncGenerator<BodyChunk> {
      for (const [index, { body }] of parts.entries()) {
        yield heads[index] ?? line
        yield* body.open()
        yield line
      }
      yield end
    },
  }
}
