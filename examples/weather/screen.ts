/**
 * What is shown: text, and pictures that grow while the work goes on. Without a terminal,
 * and with NO_COLOR, everything is plain lines, one after the other.
 */
import * as asyncio from "asyncio-ts"
import { renderTimeline, type RenderOptions, type TimelineTask } from "asyncio-ts/inspect"

const SECONDS_A_FRAME = 1 / 15
const WIDEST = 110
const NARROWEST = 60
/** A picture of ten rows with its axis and legend, and a line to spare. */
const LOWEST = 16
/** As much as "✓  0.55 s  31 °C, thunder" takes, so that no bar changes its length on the way. */
const NOTES = 25
const HIDE_CURSOR = "\x1b[?25l"
const SHOW_CURSOR = "\x1b[?25h"
const CLEAR_LINE = "\x1b[2K"

/** Rows, and how to draw them. */
export interface Picture extends RenderOptions {
  readonly tasks: readonly TimelineTask[]
}

export class Screen {
  readonly #output: NodeJS.WriteStream
  readonly #color: boolean
  readonly #live: boolean
  /** The lines of the picture that is on the screen now. */
  #lines = 0

  constructor(output: NodeJS.WriteStream) {
    this.#output = output
    this.#color = output.isTTY && (process.env["NO_COLOR"] ?? "") === "" && output.hasColors()
    this.#live = this.#color && output.rows >= LOWEST && output.columns >= NARROWEST
    // Whatever ends the program, the terminal gets its cursor back.
    if (this.#live) process.on("exit", () => output.write(SHOW_CURSOR))
  }

  line(text = ""): void {
    this.#output.write(`${text}\n`)
  }

  /** The beginning of an act: what it shows, and the line of code that does it. */
  heading(title: string, code: string): void {
    this.line(`\n${this.bold(title)}\n  ${this.dim(code)}\n`)
  }

  /** Progress, where no picture grows. */
  progress(text: string): void {
    if (!this.#live) this.line(`  ${text}`)
  }

  bold(text: string): string {
    return this.#color ? `\x1b[1m${text}\x1b[0m` : text
  }

  dim(text: string): string {
    return this.#color ? `\x1b[2m${text}\x1b[0m` : text
  }

  /** Does `work`, and draws what `look` sees: all the time in a terminal, else in the end. */
  async watch<T>(look: () => Picture, work: () => PromiseLike<T>): Promise<T> {
    if (!this.#live) {
      const value = await work()
      this.line()
      this.picture(look())
      return value
    }
    this.#output.write(HIDE_CURSOR)
    this.#lines = 0
    const painter = asyncio.createTask(async () => {
      for (;;) {
        this.#paint(look())
        await asyncio.sleep(SECONDS_A_FRAME)
      }
    })
    try {
      return await work()
    } finally {
      painter.cancel("the act is over")
      this.#paint(look())
      this.#output.write(SHOW_CURSOR)
    }
  }

  picture(picture: Picture): void {
    for (const line of this.#draw(picture)) this.line(line)
  }

  #draw({ tasks, ...options }: Picture): string[] {
    const width = Math.max(NARROWEST, Math.min(WIDEST, this.#output.columns ?? 80)) - 2
    return renderTimeline({ tasks, dropped: 0 }, { width, color: this.#color, notes: NOTES, ...options }).map((line) => `  ${line}`)
  }

  #paint(picture: Picture): void {
    const lines = this.#draw(picture)
    const up = this.#lines > 0 ? `\x1b[${this.#lines}F` : ""
    const gone = Math.max(0, this.#lines - lines.length)
    this.#output.write(up + [...lines, ...Array<string>(gone).fill("")].map((line) => `${CLEAR_LINE}${line}\n`).join(""))
    this.#lines = lines.length + gone
  }
}
