/**
 * HTML that is readable in light and dark notebooks, and also where a page that shows notebooks
 * takes the styles out.
 */
import type { SnapshotState } from "../inspect/snapshot.ts"
import { escape } from "../inspect/svg-text.ts"

/** What a task does, or what became of it. */
export type Standing = SnapshotState | "done" | "failed" | "cancelled" | "cancelling"

/** In the middle between light and dark: only dots are drawn in them, never letters. */
const COLORS: Readonly<Record<Standing, string>> = {
  "not started": "#8c959f",
  ready: "#d4a72c",
  running: "#2da44e",
  waiting: "#54aeff",
  "left behind": "#a371f7",
  done: "#2da44e",
  failed: "#e5534b",
  cancelled: "#d29922",
  cancelling: "#d29922",
}

const CELL = "text-align: left; vertical-align: top; padding: 0.2em 0.8em 0.2em 0"

export const text = escape

/** A dot in the color of a state, which also stands beside it in letters. */
export function dot(standing: Standing): string {
  return `<span aria-hidden="true" style="color: ${COLORS[standing]}">●</span>`
}

/** A table of cells that are HTML already; `head` names the columns. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const titles = head.length === 0 ? "" : `<thead><tr>${head.map((title) => `<th scope="col" style="${CELL}">${text(title)}</th>`).join("")}</tr></thead>`
  const lines = rows.map((row) => `<tr>${row.map((cell) => `<td style="${CELL}">${cell}</td>`).join("")}</tr>`)
  return `<table>${titles}<tbody>${lines.join("")}</tbody></table>`
}

/** Letters of one width, with their spaces. */
export function mono(letters: string): string {
  return `<span style="font-family: monospace; white-space: pre">${text(letters)}</span>`
}

/** Lines in letters of one width. */
export function lines(all: readonly string[]): string {
  return `<pre style="margin: 0; line-height: 1.4">${all.map(text).join("\n")}</pre>`
}
