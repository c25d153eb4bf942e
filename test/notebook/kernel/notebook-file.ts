/** A notebook's file: what is stored in it, and what of that is the same each time it is run. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { notebooks, type Output } from "./deno-kernel.ts"

interface FileCell {
  readonly cell_type: "markdown" | "code"
  readonly source: string | readonly string[]
  readonly metadata: { readonly tags?: readonly string[] }
  outputs?: unknown
  execution_count?: number
}

interface FileContent {
  readonly cells: readonly FileCell[]
  readonly metadata: { readonly kernelspec: { readonly name: string } }
}

/** A cell of code. */
export interface CodeCell {
  readonly code: string
  /** The reader is to see an error; with this tag other tools go on after it too. */
  readonly mayFail: boolean
  readonly outputs: readonly Output[]
}

export class NotebookFile {
  readonly #path: string
  readonly #content: FileContent

  constructor(name: string) {
    this.#path = join(notebooks, name)
    this.#content = JSON.parse(readFileSync(this.#path, "utf8")) as FileContent // a notebook's file is this
  }

  get kernel(): string {
    return this.#content.metadata.kernelspec.name
  }

  get cells(): readonly CodeCell[] {
    return this.#code.map(({ source, metadata, outputs }) => ({
      code: joined(source),
      mayFail: metadata.tags?.includes("raises-exception") === true,
      outputs: withLines(outputs, joined) as Output[], // as above
    }))
  }

  /** Writes outputs into the file, as Jupyter would. */
  store(outputs: readonly (readonly Output[])[]): void {
    for (const [at, cell] of this.#code.entries()) {
      cell.execution_count = at + 1
      cell.outputs = withLines(outputs[at], split)
    }
    writeFileSync(this.#path, `${JSON.stringify(this.#content, undefined, 1)}\n`)
  }

  get #code(): readonly FileCell[] {
    return this.#content.cells.filter(({ cell_type: type }) => type === "code")
  }
}

/** Times differ, and with them how wide the bars are. */
export function comparable(outputs: readonly Output[]): unknown[] {
  return outputs.map((output) => {
    if (output.output_type === "stream") return { ...output, text: withoutTimes(output.text) }
    if (output.output_type === "error") return { ...output, evalue: withoutTimes(output.evalue), traceback: output.traceback.map(withoutTimes) }
    const picture = pictureIn(output)
    if (picture !== undefined) return { shows: [...picture.matchAll(/<title>([^<]*)/g)].map(([, title = ""]) => withoutTimes(title)) }
    return { ...output, data: Object.fromEntries(Object.entries(output.data).map(([type, shown]) => [type, withoutTimes(shown)])) }
  })
}

/** The SVG document that an output shows. */
export function pictureIn(output: Output): string | undefined {
  if (!("data" in output)) return undefined
  const [, svg] = /^<img [^>]*src="data:image\/svg\+xml,([^"]*)">$/.exec(output.data["text/html"] ?? "") ?? []
  return svg === undefined ? undefined : decodeURIComponent(svg)
}

function withoutTimes(text: string): string {
  return text.replace(/\b\d+(?:\.\d+)? (?:µs|ms|s|min|h)\b/g, "#").replace(/#(?: #)+/g, "#")
}

/** Files have texts of several lines as lists of lines. */
function withLines(outputs: unknown, change: (text: string | readonly string[]) => unknown): unknown {
  return (outputs as Output[]).map((output) => { // a cell of code has outputs
    if (output.output_type === "stream") return { ...output, text: change(output.text) }
    if (output.output_type === "error") return output
    return { ...output, data: Object.fromEntries(Object.entries(output.data).map(([type, shown]) => [type, change(shown)])) }
  })
}

function joined(text: string | readonly string[]): string {
  return typeof text === "string" ? text : text.join("")
}

function split(text: string | readonly string[]): string[] {
  return joined(text).split(/(?<=\n)/)
}
