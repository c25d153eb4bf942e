/**
 * A piece of work of a cell, and the timeline of what its tasks did meanwhile.
 */
import { describe, isThenable } from "../structures/arguments.ts"
import { coroutine } from "../core/body-coroutine.ts"
import { Coroutine } from "../core/coroutine.ts"
import { numberOf } from "../core/future.ts"
import { createTask, currentTask } from "../core/running.ts"
import type { Startable } from "../core/task.ts"
import { Recorder } from "../inspect/recorder.ts"
import type { SvgOptions } from "../inspect/render-timeline-svg.ts"
import { timelineOf } from "../inspect/timeline.ts"
import { host } from "../host/host.ts"
import { kernel } from "./kernel.ts"
import { Picture } from "./picture.ts"

/** How a piece of work is drawn. */
export interface WorkOptions extends SvgOptions {
  /** What its own task is called; `work` by default. */
  readonly name?: string
  /** Takes the picture; by default it is shown below the cell, and printed where no kernel shows it. */
  readonly show?: (picture: Picture) => unknown
}

/**
 * Runs `work` as a task, and shows the timeline of all tasks meanwhile below the cell, also when
 * it fails or is stopped.
 *
 * @param work - a coroutine, or a function that is called to make one
 * @returns a coroutine of the work's own value
 * @throws TypeError for a promise or a task, which run already; what `work` throws.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { timeline } from "asyncio-ts/notebook"
 *
 * await asyncio.run(async () => {
 *   const show = (): void => console.log("a picture") // -> a picture
 *   console.log(await timeline(() => asyncio.sleep(0.01, "tea"), { show })) // -> tea
 * })
 * ```
 */
export function timeline<T>(work: Startable<T>, options: WorkOptions = {}): Coroutine<Awaited<T>> {
  if (!(work instanceof Coroutine) && typeof work !== "function") {
    const why = isThenable(work) ? ", which runs already: give the function, as in timeline(() => …)" : ""
    throw new TypeError(`timeline takes a coroutine or a function, not ${describe(work)}${why}`)
  }
  return drawn(work, options) as Coroutine<Awaited<T>> // it gives the work's own value
}

const drawn = coroutine("timeline", async (work: Startable<unknown>, { name = "work", show = showBelow, ...options }: WorkOptions): Promise<unknown> => {
  const own = currentTask()?.[numberOf]
  const recorder = new Recorder().start()
  try {
    return await createTask(work, { name })
  } finally {
    recorder.stop()
    const { tasks, ...rest } = timelineOf(recorder.recording(), { until: host.now() })
    // That of this coroutine did nothing but wait for the work.
    await show(new Picture({ ...rest, tasks: tasks.filter(({ id }) => id !== own) }, options))
  }
})

async function showBelow(picture: Picture): Promise<void> {
  const display = kernel()?.display
  if (display === undefined) host.report(picture.toString())
  else await display(picture)
}
