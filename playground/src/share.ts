/** The part of the address behind `#`: a program, packed, or the name of an example. No server sees it. */
import type { ClockKind } from "./messages.ts"

/** What a link opens. */
export interface Shared {
  readonly code?: string
  readonly example?: string
  /** Of the course; a link to one brings no code. */
  readonly exercise?: string
  readonly clock?: ClockKind
}

/** A link within the page. The slash says that it leads to another page, as it were, and not to a place in this one. */
export function exerciseAddress(name: string): string {
  return `#/exercise=${name}`
}

/** A few kilobytes can unpack to gigabytes; so many letters a person may have written. */
const MOST = 1_000_000

export async function hashOf({ code, example, clock }: Shared): Promise<string> {
  const parts = new URLSearchParams()
  if (example !== undefined) parts.set("example", example)
  if (code !== undefined) parts.set("code", await pack(code))
  if (clock !== undefined) parts.set("clock", clock)
  return `#${parts.toString()}`
}

/** @throws Error for a link that was cut short or is none of ours. */
export async function sharedIn(hash: string): Promise<Shared> {
  const parts = new URLSearchParams(hash.replace(/^#\/?/, ""))
  const example = parts.get("example")
  const exercise = parts.get("exercise")
  if (exercise !== null) return { exercise }
  const code = parts.get("code")
  const clock = parts.get("clock")
  return {
    ...(example === null ? {} : { example }),
    ...(code === null ? {} : { code: await unpack(code) }),
    ...(clock === "real" || clock === "virtual" ? { clock } : {}),
  }
}

async function pack(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"))
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer())
  let binary = ""
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")
}

async function unpack(packed: string): Promise<string> {
  try {
    const bytes = Uint8Array.from(atob(packed.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0))
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader()
    const decoder = new TextDecoder("utf-8", { fatal: true })
    let text = ""
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return text + decoder.decode()
      text += decoder.decode(value, { stream: true })
      if (text.length > MOST) throw new RangeError("it is too long")
    }
  } catch (error) {
    throw new Error("The link does not hold a whole program: it was cut short, or changed on its way.", { cause: error })
  }
}
