/**
 * The page of `top` in a terminal, drawn by Ink.
 */
import type * as Ink from "ink"
import type * as React from "react"

import { printable } from "../inspect/text-width.ts"
import { UsageError } from "./arguments.ts"
import { pageOf, screenOf, type Line, type ScreenSize } from "./top-screen.ts"
import { pressed, type Key, type TopState } from "./top-state.ts"

const SMALLEST: ScreenSize = { columns: 20, rows: 8 }

/** A page that is drawn again whenever its state changes. */
export interface Page {
  readonly state: TopState
  set(state: TopState): void
  /** Settles when somebody has ended it with a key. */
  readonly ended: Promise<void>
  /** Gives the terminal back as it was. */
  close(): Promise<void>
}

/** @throws UsageError where Ink is not installed */
export async function openPage(first: TopState, changed: (state: TopState) => void): Promise<Page> {
  // What React checks while one develops with it takes half of the time.
  process.env["NODE_ENV"] ??= "production"
  const { ink, react } = await libraries()
  const { stdin, stdout } = process
  let state = first
  let end: (() => void) | undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  const draw = (): React.ReactNode => react.createElement(component, { lines: screenOf(state, sizeOf()) })
  const set = (next: TopState): void => {
    state = next
    instance.rerender(draw())
  }
  const press = (key: Key): void => {
    set(pressed(state, key, pageOf(sizeOf())))
    changed(state)
    if (state.quit) end?.()
  }
  const component = componentOf(ink, react, press)
  // Until Ink has done so itself, keys would be echoed into the page.
  stdin.setRawMode(true)
  const instance = ink.render(draw(), { stdin, stdout, alternateScreen: true, exitOnCtrlC: false, patchConsole: false, interactive: true })
  const resized = (): void => set(state)
  stdout.on("resize", resized)
  return {
    get state() {
      return state
    },
    set,
    ended,
    async close() {
      stdout.off("resize", resized)
      instance.unmount()
      await instance.waitUntilExit()
      stdin.setRawMode(false)
    },
  }
}

function sizeOf(): ScreenSize {
  const { columns, rows } = process.stdout
  return { columns: Math.max(SMALLEST.columns, columns), rows: Math.max(SMALLEST.rows, rows) }
}

/** Made once: React takes another function for another page, and would begin anew at each look. */
function componentOf({ Box, Text, useInput }: typeof Ink, { createElement }: typeof React, press: (key: Key) => void): (props: { readonly lines: readonly Line[] }) => React.ReactNode {
  const textsOf = (line: Line): readonly React.ReactNode[] => {
    // A line without a character would have no height.
    if (line.every(({ text }) => text === "")) return [" "]
    return line.map(({ text, color, bold = false, dim = false, inverse = false }, at) => createElement(Text, { key: at, bold, dimColor: dim, inverse, ...(color === undefined ? {} : { color }) }, text))
  }
  return ({ lines }) => {
    useInput((input, key) => {
      for (const name of keysOf(input, key)) press(name)
    })
    return createElement(Box, { flexDirection: "column" }, ...lines.map((line, at) => createElement(Text, { key: at, wrap: "truncate" }, ...textsOf(line))))
  }
}

const NAMED = [
  ["upArrow", "up"], ["downArrow", "down"], ["leftArrow", "left"], ["rightArrow", "right"], ["pageUp", "pageup"], ["pageDown", "pagedown"],
  ["home", "home"], ["end", "end"], ["return", "enter"], ["escape", "escape"], ["backspace", "backspace"], ["delete", "backspace"],
] as const

/** What was pressed; of a text that was pasted, each character. */
function keysOf(input: string, key: Ink.Key): readonly Key[] {
  const named = NAMED.find(([flag]) => key[flag])?.[1]
  if (named !== undefined) return [named]
  if (key.ctrl) return [`ctrl-${input}`]
  return key.meta || key.tab ? [] : Array.from(printable(input))
}

/** @throws UsageError */
async function libraries(): Promise<{ readonly ink: typeof Ink; readonly react: typeof React }> {
  try {
    const [ink, react] = await Promise.all([import("ink"), import("react")])
    return { ink, react }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException // what import() throws where a package is not there
    if (code !== "ERR_MODULE_NOT_FOUND") throw new UsageError(`cannot draw the page of top: ${message.split("\n", 1)[0]}`, { cause: error })
    throw new UsageError("top draws its page with Ink, which is not installed: npm install ink react; without it, top --json, ps --watch and pstree --watch show the same tasks", { cause: error })
  }
}
