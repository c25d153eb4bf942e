/**
 * One task as a notebook shows it: what it is called, what it does, where it waits, or what became of it.
 */
import { numberOf } from "../core/future.ts"
import type { Task } from "../core/task.ts"
import { span } from "../core/words.ts"
import { CancelledError } from "../errors/cancelled-error.ts"
import { snapshotNow } from "../inspect/agent.ts"
import type { SnapshotTask } from "../inspect/snapshot.ts"
import { describe } from "../structures/arguments.ts"
import { dot, lines, table, text, type Standing } from "./html.ts"
import { placed } from "./placed.ts"
import type { Rich } from "./rich.ts"
import { traceback } from "./traceback.ts"

type Fact = readonly [what: string, html: string]

/** What a notebook shows of `task`. */
export function taskCard(task: Task<unknown>): Rich {
  const [standing, facts] = task.done() ? ended(task) : going(task)
  const head = `${dot(standing)} <b>${text(task.getName())}</b> ${text(standing)}`
  const rows = [["coroutine", text(codeOf(task))] as const, ...facts]
  return { "text/plain": task.toString(), "text/html": `<div>${head}</div>${table([], rows.map(([what, html]) => [`<b>${text(what)}</b>`, html]))}` }
}

function codeOf(task: Task<unknown>): string {
  return task.getCoro()?.name ?? "a function"
}

function going(task: Task<unknown>): [Standing, Fact[]] {
  const found = snapshotNow().tasks.find(({ id }) => id === task[numberOf])
  if (found === undefined) return ["not started", []]
  const facts: Fact[] = found.waits.map((wait) => ["waits for", waitOf(wait.text, wait.frames)])
  const path = found.waits.length === 0 ? pathOf(found.frames) : ""
  if (path !== "") facts.push(["is in", path])
  facts.push(["age", text(span(found.age))])
  const { cancelling } = found
  if (cancelling !== undefined) facts.push(["asked to end", text([cancelling.by === undefined ? "" : `by ${cancelling.by}`, cancelling.why ?? ""].filter((part) => part !== "").join(": "))])
  return [cancelling === undefined ? found.state : "cancelling", facts]
}

function waitOf(what: string, frames: SnapshotTask["frames"]): string {
  const path = pathOf(frames)
  return `${text(what)}${path === "" ? "" : `<br>${path}`}`
}

/** Outermost first, as they were called; what has no place is called as the task is, or as the wait. */
function pathOf(frames: SnapshotTask["frames"]): string {
  return [...frames].reverse().flatMap(({ name, place }) => (place === undefined ? [] : `in <code>${text(name)}</code>, ${text(placed(place))}`)).join("<br>")
}

function ended(task: Task<unknown>): [Standing, Fact[]] {
  try {
    return ["done", [["result", `<code>${text(describe(task.result()))}</code>`]]]
  } catch (error) {
    if (error instanceof CancelledError) return ["cancelled", error.reason === undefined ? [] : [["why", text(error.message)]]]
    return ["failed", [["error", lines(traceback(error))]]]
  }
}
