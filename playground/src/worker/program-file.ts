/** The program as a module of the browser's, which gives it an address that nobody wants to read. */

/** A line of a stack: `at brew (blob:…:12:3)` in Chromium, `brew@blob:…:12:3` in Firefox and Safari. */
const FRAME = /^\s*(?:at\s+(?:async\s+)?)?(?:(.*?)\s*[(@])?([^\s()@]+?):(\d+):(\d+)\)?$/

export class ProgramFile {
  readonly name: string
  readonly #url: string
  /** The whole address, and what is left of it where files are told by their last folder or without any. */
  readonly #urls: readonly string[]
  readonly #lines: readonly string[]

  constructor(name: string, code: string, source: string) {
    this.name = name
    this.#url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }))
    const [, short = this.#url] = this.#url.split("//")
    this.#urls = [this.#url, short, short.slice(short.lastIndexOf("/") + 1)]
    this.#lines = source.split("\n")
  }

  /** Gives what it exports. */
  async run(): Promise<Readonly<Record<string, unknown>>> {
    return (await import(this.#url)) as Readonly<Record<string, unknown>> // a module is an object of its exports
  }

  /** Whether a line of a stack is of this file. */
  owns(line: string): boolean {
    return line.includes(this.#url)
  }

  /** With the name of the program for its address. */
  readable(text: string): string {
    return this.#urls.reduce((done, url) => done.replaceAll(url, this.name), text)
  }

  /** The line of the source that a place such as `main (restaurant.ts:12:3)` names. */
  lineAt(place: string): string | undefined {
    const [, file, line] = /(?:\(|^)([^()]+?):(\d+)(?::\d+)?\)?$/.exec(place) ?? []
    return file === this.name ? this.#lines[Number(line) - 1]?.trim() : undefined
  }

  /** The name and message of an error, with the lines of its stack that are the program's, and what has caused it. */
  shownError(error: Error, above: readonly Error[] = []): string {
    if (above.includes(error)) return "[Circular *1]"
    const { message } = error
    const path = [...above, error]
    const name = error.name === "" ? error.constructor.name : error.name
    const head = message === "" ? name : `${name}: ${this.readable(message)}`
    const inner: unknown[] = "exceptions" in error && Array.isArray(error.exceptions) ? error.exceptions : error instanceof AggregateError ? error.errors : []
    const parts = inner.map((one, at) => indented(`${at + 1}. ${one instanceof Error ? this.shownError(one, path) : String(one)}`))
    const cause = error.cause instanceof Error ? [indented(`caused by ${this.shownError(error.cause, path)}`)] : []
    return [head, ...this.#frames(error).map(({ text }) => `    at ${text}`), ...parts, ...cause].join("\n")
  }

  /** The innermost line of the program on the stack of `error`. */
  lineOf(error: unknown): number | undefined {
    if (!(error instanceof Error)) return undefined
    return this.#frames(error)[0]?.line
  }

  #frames(error: Error): { text: string; line: number }[] {
    const stack = typeof error.stack === "string" ? error.stack : ""
    const found: { text: string; line: number }[] = []
    for (const row of stack.split("\n")) {
      const [, name = "", file, line, column] = FRAME.exec(row) ?? []
      if (file !== this.#url) continue
      const place = `${this.name}:${line}:${column}`
      found.push({ text: name === "" ? place : `${name} (${place})`, line: Number(line) })
    }
    return found
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ")
}
