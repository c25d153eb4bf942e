/** A small timeline: a bar for each task, on a scale that several pictures share. */
import type { Timeline } from "../../src/inspect/timeline.ts"
import { nameOf } from "./task-name.ts"

/** Seconds from the first thing that any task did to the last. */
export function lengthOf({ tasks }: Timeline): number {
  return Math.max(0, ...tasks.map(({ to }) => to)) - startOf(tasks)
}

/** @param scale - seconds that the whole width stands for */
export function barsOf(timeline: Timeline, label: string, scale: number): HTMLElement {
  const start = startOf(timeline.tasks)
  const picture = document.createElement("div")
  picture.className = "bars"
  picture.setAttribute("role", "img")
  const words = timeline.tasks.map((task) => `${nameOf(task)} from ${(task.from - start).toFixed(1)} s to ${(task.to - start).toFixed(1)} s`)
  picture.setAttribute("aria-label", `${label}: ${words.join("; ")}`)
  for (const task of timeline.tasks) {
    const row = document.createElement("div")
    row.className = "row"
    const name = document.createElement("span")
    name.textContent = nameOf(task)
    const track = document.createElement("div")
    track.className = "track"
    for (const { state, from, to } of task.spans) {
      const bar = document.createElement("i")
      bar.className = state
      bar.style.left = `${(100 * (from - start)) / scale}%`
      bar.style.width = `${(100 * (to - from)) / scale}%`
      track.append(bar)
    }
    row.append(name, track)
    picture.append(row)
  }
  return picture
}

function startOf(tasks: Timeline["tasks"]): number {
  return tasks.length === 0 ? 0 : Math.min(...tasks.map(({ from }) => from))
}
