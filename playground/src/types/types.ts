/** The type service of the page: what the editor gets of it, and what is said of it above the editor. */
import type { Extension } from "@codemirror/state"
import type { Names } from "../names.ts"
import { parameterHelp } from "./parameter-help.ts"
import { LOOK_MS, TypeClient, type TypeState } from "./type-client.ts"
import { typeCompletion, type ProgramOf } from "./type-completion.ts"
import { typeHover } from "./type-hover.ts"
import type { Mistake } from "./type-messages.ts"
import { typeMistakes } from "./type-mistakes.ts"

const LOADING = "types are loading"
const TOO_LONG = "types take too long here"

export class Types {
  readonly extensions: readonly Extension[]
  readonly #said: HTMLElement

  constructor(names: Names, said: HTMLElement, programOf: ProgramOf, show: (mistakes: readonly Mistake[]) => void) {
    this.#said = said
    const client = new TypeClient({
      start: () => new Worker("types/worker.js", { type: "module" }),
      watch: (look) => {
        const timer = setInterval(look, LOOK_MS)
        return () => clearInterval(timer)
      },
      changed: (state) => this.#changed(state),
    })
    this.#changed(client.state)
    // A page that is kept for going back to would keep a compiler.
    addEventListener("pagehide", () => client.rest())
    const found = (mistakes: readonly Mistake[]): void => {
      show(mistakes)
      this.#say(wordsFor(mistakes))
    }
    const unknown = (tooLong: boolean): void => {
      show([])
      this.#say(tooLong ? TOO_LONG : "")
    }
    this.extensions = [
      typeCompletion(client, names, programOf),
      typeHover(client, names, programOf),
      parameterHelp(client, programOf),
      typeMistakes(client, programOf, { found, unknown, stale: () => client.state !== "loading" && this.#say("") }),
    ]
  }

  #changed(state: TypeState): void {
    document.documentElement.dataset["types"] = state
    if (state === "loading") this.#say(LOADING)
    else if (this.#said.textContent === LOADING) this.#say("")
  }

  #say(text: string): void {
    if (this.#said.textContent !== text) this.#said.textContent = text
  }
}

function wordsFor(mistakes: readonly Mistake[]): string {
  if (mistakes.length === 0) return "types: no mistakes"
  const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`
  return mistakes.some(({ stops }) => stops) ? `${count} (F8)` : `${count} of types (F8); it runs all the same`
}
