/**
 * A recording as a notebook shows it: the timeline of its tasks, drawn.
 */
import { Shown } from "../structures/shown.ts"
import { describe } from "../structures/arguments.ts"
import type { Recording } from "../inspect/recording.ts"
import { renderTimeline } from "../inspect/render-timeline.ts"
import { renderTimelineSvg, type SvgOptions } from "../inspect/render-timeline-svg.ts"
import { timelineOf, type Timeline } from "../inspect/timeline.ts"
import { text } from "./html.ts"
import { rich, type Rich, type Shows } from "./rich.ts"

const COLUMNS = 100

/** A timeline that a notebook draws; made with `picture`. */
export class Picture extends Shown implements Shows {
  readonly timeline: Timeline
  readonly #options: SvgOptions

  constructor(timeline: Timeline, options: SvgOptions = {}) {
    super()
    this.timeline = timeline
    this.#options = options
  }

  toString(): string {
    return renderTimeline(this.timeline, { width: COLUMNS }).join("\n")
  }

  /** As an SVG document, for a file. */
  toSvg(): string {
    return renderTimelineSvg(this.timeline, { paper: true, ...this.#options })
  }

  [rich](): Rich {
    // Not as image/svg+xml: some notebooks put that into the page itself, where its styles would be everybody's.
    const alt = text(this.#options.title ?? "timeline of the tasks")
    return { "text/plain": this.toString(), "text/html": `<img alt="${alt}" src="data:image/svg+xml,${encodeURIComponent(this.toSvg())}">` }
  }
}

/**
 * The timeline of a recording, as a cell shows it that ends with it.
 *
 * @param of - a recording, such as `readRecording` gives, or a timeline that was made of one
 * @throws TypeError for anything else.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { Recorder } from "asyncio-ts/inspect"
 * import { picture } from "asyncio-ts/notebook"
 *
 * const recorder = new Recorder().start()
 * await asyncio.run(() => asyncio.sleep(0.01), { name: "nap" })
 * recorder.stop()
 *
 * console.log(picture(recorder.recording()).toSvg().slice(0, 4)) // -> <svg
 * ```
 */
export function picture(of: Recording | Timeline, options: SvgOptions = {}): Picture {
  const given: Partial<Recording & Timeline> = Object(of)
  if (!Array.isArray(given.tasks)) throw new TypeError(`picture takes a recording or a timeline, not ${describe(of)}; a recorder has recording(), and timeline(work) records a piece of work`)
  return new Picture("events" in of ? timelineOf(of) : of, options)
}
