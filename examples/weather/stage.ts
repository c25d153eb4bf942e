/** What all acts share: the server, the screen, and who watches. */
import { timelineOf, type Recorder, type TimelineTask } from "asyncio-ts/inspect"

import { cities } from "./cities.ts"
import { describe, type Weather } from "./client.ts"
import type { Picture, Screen } from "./screen.ts"
import type { Request, WeatherServer } from "./server.ts"

const places = cities.map(({ name }) => name)

export class Stage {
  readonly server: WeatherServer
  readonly screen: Screen
  readonly #recorder: Recorder
  /** What is known of a city since the act began, to stand beside its bar. */
  readonly #notes = new Map<string, string>()
  #begun = now()

  constructor(server: WeatherServer, screen: Screen, recorder: Recorder) {
    this.server = server
    this.screen = screen
    this.#recorder = recorder
  }

  /** A new act. */
  begin(): void {
    this.#notes.clear()
    this.#begun = now()
  }

  /** Seconds since the act began. */
  get elapsed(): number {
    return now() - this.#begun
  }

  /** Notes down what is known of a city now. */
  tell(city: string, text: string): void {
    this.#notes.set(city, text)
    this.screen.progress(`${this.elapsed.toFixed(2)} s  ${city}: ${text}`)
  }

  arrived(weather: Weather): void {
    this.tell(weather.name, describe(weather))
  }

  /** The tasks that ask for the weather; those of this act, or of all so far. */
  tasks(which: "this act" | "all"): TimelineTask[] {
    return timelineOf(this.#recorder.recording(), { until: now() }).tasks.filter(
      ({ name, from }) => places.includes(name) && (which === "all" || from >= this.#begun),
    )
  }

  /** The tasks of this act, with what is known of their cities, as it is now. */
  look(seconds: number): Picture {
    const tasks = this.tasks("this act").map((task) => {
      const note = this.#notes.get(task.name) ?? (task.end === undefined ? waitsFor(task) : task.note)
      return note === undefined ? task : { ...task, note }
    })
    return this.picture(tasks, seconds)
  }

  /** A picture with room for `seconds` since the act began, or for what it took already. */
  picture(tasks: TimelineTask[], seconds: number): Picture {
    const to = Math.max(this.#begun + seconds, ...tasks.map(({ to }) => to))
    return { tasks, from: this.#begun, to }
  }
}

function waitsFor(task: TimelineTask): string {
  return task.spans.at(-1)?.on === "Semaphore.acquire" ? "in line" : "asked"
}

/**
 * The requests of one client as the server saw them.
 *
 * @param failed - when the client got its error: what it has not given up by then runs for nobody
 */
export function requestsOf(server: WeatherServer, client: string, failed: number | undefined): TimelineTask[] {
  const bars = server.requests.flatMap((request, id) => (request.client === client ? [bar(request, id, failed)] : []))
  return bars.sort((a, b) => places.indexOf(a.name) - places.indexOf(b.name))
}

function bar(request: Request, id: number, failed = Infinity): TimelineTask {
  const { city: name, from, how } = request
  const to = request.to ?? now()
  const until = how === "aborted" ? to : Math.max(from, Math.min(to, failed))
  const spans: TimelineTask["spans"] = [
    { state: "waiting", from, to: until },
    ...(to > until ? [{ state: "left behind" as const, from: until, to }] : []),
  ]
  // Ids below 0, since those of tasks are above.
  const task = { id: -1 - id, name, loop: 1, from, to, spans }
  if (how === undefined) return to > failed ? { ...task, note: "still running" } : task
  if (how === "answered") return to > failed ? { ...task, end: "left behind", note: "for nobody" } : { ...task, end: "returned" }
  return how === "aborted" ? { ...task, end: "cancelled", note: "given up" } : { ...task, end: "failed", note: "answered 503" }
}

export function now(): number {
  return performance.now() / 1000
}
