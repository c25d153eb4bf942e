/** piscina, as its documentation would use it. */

import { move, Piscina } from "piscina"
import { median } from "../measure.ts"
import { BYTES, callOften, IN_FLIGHT, isBack, MODULE, sleep, within, WORKERS } from "./executors.ts"
import type { Program, Programs } from "./program.ts"

let made: Piscina | undefined
/** The pool is made by the first run, which is the warm-up's. */
const pool = (): Piscina => (made ??= new Piscina({ filename: MODULE.href, minThreads: WORKERS, maxThreads: WORKERS }))

const empty = (): Promise<unknown> => pool().run(undefined, { name: "empty" })

export const programs: Programs = {
  "executor-dispatch": (size) => callOften(empty, size, 1),

  "executor-dispatch-16": (size) => callOften(empty, size, IN_FLIGHT),

  "executor-transfer": transfers(true),

  "executor-map": async (size) => {
    let next = 0
    let done = 0
    const lane = async (): Promise<void> => {
      while (next < size) {
        const n = next
        next += 1
        if ((await pool().run(n, { name: "double" })) === 2 * n) done += 1
      }
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
    return done
  },

  "executor-start": async (size) => {
    let done = 0
    let seconds = 0
    for (let i = 0; i < size; i += 1) {
      const begun = performance.now()
      const fresh = new Piscina({ filename: MODULE.href, minThreads: 1, maxThreads: 1 })
      if ((await fresh.run(undefined, { name: "empty" })) === 1) done += 1
      seconds += (performance.now() - begun) / 1000
      await fresh.destroy()
    }
    return { done, seconds }
  },

  "executor-after-runaway": async (size) => {
    const single = new Piscina({ filename: MODULE.href, minThreads: 1, maxThreads: 1 })
    let done = 0
    let seconds = 0
    for (let i = 0; i < size; i += 1) {
      await single.run(undefined, { name: "empty" })
      const controller = new AbortController()
      const runaway = single.run(undefined, { name: "spin", signal: controller.signal }).catch(() => undefined)
      await sleep(30)
      const begun = performance.now()
      controller.abort()
      if ((await within(single.run(undefined, { name: "empty" }), "the job after the runaway")) === 1) done += 1
      seconds += (performance.now() - begun) / 1000
      await runaway
    }
    await single.destroy()
    return { done, seconds }
  },
}

export const copied: Programs = { "executor-transfer": transfers(false) }

function transfers(moved: boolean): Program {
  const filename = new URL("executor-transfer-jobs-piscina.ts", import.meta.url).href
  let made: Piscina | undefined
  return async (size) => {
    const pool = (made ??= new Piscina({ filename, minThreads: 1, maxThreads: 1 }))
    let bytes: Uint8Array = new Uint8Array(BYTES)
    let done = 0
    const times: number[] = []
    for (let i = 0; i < size; i += 1) {
      const sent = bytes
      const begun = performance.now()
      // What a job returns has no type there.
      bytes = (await (moved ? pool.run(move(sent), { name: "moved" }) : pool.run(sent, { name: "copied" }))) as Uint8Array
      times.push((performance.now() - begun) / 1000)
      if (isBack(bytes, i + 1, sent, moved)) done += 1
    }
    return { done, seconds: median(times) * size }
  }
}
