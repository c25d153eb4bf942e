/** The faults, put to piscina; with a thread that is kept, but where jobs wait for one that comes. */

import { Piscina } from "piscina"
import { begun, brokenModule, cellOf, failed, lostResults, MODULE, outcome, tidied, type Faults } from "./faults.ts"

type Options = NonNullable<ConstructorParameters<typeof Piscina>[0]>

/** What the pools have told by their events. */
const told: string[] = []

function pool(minThreads: number, options: Options = {}): Piscina {
  const made = new Piscina({ filename: MODULE.href, minThreads, maxThreads: 1, ...options })
  // Or an error of a worker would end the program.
  made.on("error", (error) => told.push(failed(error)))
  return made
}

export const faults: Faults = {
  async "queued-behind-abort"() {
    const one = pool(0)
    const controller = new AbortController()
    const cell = cellOf()
    const spinning = one.run(cell, { name: "spin", signal: controller.signal })
    const next = one.run("next", { name: "echo" })
    await begun(cell)
    controller.abort()
    await outcome(spinning)
    return outcome(next)
  },

  async "queued-behind-crash"() {
    const one = pool(0)
    const leaving = one.run(undefined, { name: "leave" })
    const next = one.run("next", { name: "echo" })
    const [first, second] = await Promise.all([outcome(leaving), outcome(next)])
    return `${second}; the other: ${first}`
  },

  async order() {
    const one = pool(1)
    const order: unknown[] = []
    const running = Array.from({ length: 8 }, async (_, i) => {
      const signal = i % 2 === 1 ? { signal: new AbortController().signal } : {}
      order.push(await one.run(i, { name: "echo", ...signal }))
    })
    await Promise.all(running)
    return order.join(" ")
  },

  async "result-then-exit"() {
    // By default its workers sleep between jobs, and run no timers.
    const one = pool(1, { atomics: "disabled" })
    return lostResults(() => one.run(undefined, { name: "keep" }))
  },

  async "uncloneable-result"() {
    const one = pool(1)
    await one.run(1, { name: "echo" })
    const before = one.threads[0]?.threadId
    const first = await outcome(one.run(undefined, { name: "uncloneable" }))
    await outcome(one.run(1, { name: "echo" }))
    return `${first}; workers lost: ${one.threads[0]?.threadId === before ? 0 : 1}`
  },

  async "uncloneable-argument"() {
    return outcome(pool(1).run({ options: { done: () => 1 } }, { name: "echo" }))
  },

  async "abort-of-a-loop"() {
    const one = pool(1)
    const cell = cellOf()
    const before = one.threads[0]?.threadId
    const controller = new AbortController()
    const spinning = one.run(cell, { name: "spinTidily", signal: controller.signal })
    await begun(cell)
    controller.abort()
    const what = await outcome(spinning)
    const tidy = await tidied(cell)
    await outcome(one.run(1, { name: "echo" }))
    // Nothing in the job can know of the signal, and a thread that is ended runs no `finally`.
    return `${what.split(":", 1)[0]}; ${tidy}; workers lost: ${one.threads[0]?.threadId === before ? 0 : 1}`
  },

  async "syntax-error"() {
    const what = await outcome(pool(0, { filename: brokenModule().href }).run(1, { name: "echo" }))
    return `${what}${told.length === 0 ? "" : `; an event of the pool says ${told.join(", ")}`}`
  },
}
