/** The four acts: ten cities in turn, together, in a group, and when one of them fails. */
import * as asyncio from "asyncio-ts"

import { cities, type City } from "./cities.ts"
import { bareFetch, fetchWeather } from "./client.ts"
import type { Picture } from "./screen.ts"
import { now, requestsOf, type Stage } from "./stage.ts"

/** Seconds that a city may take in the third act. */
const PATIENCE = 0.8
/** Seconds between two looks at the server. */
const LOOK_AGAIN = 0.01
/** Seconds that the axis of each act has room for, if it takes no longer. */
const ROOM = { inTurn: 6, together: 0.7, group: 1.2, failing: 0.7 } as const

export const inTurn = asyncio.coroutine("inTurn", async (stage: Stage): Promise<number> => {
  stage.screen.heading("1  One after the other", "for (const city of cities) await fetchWeather(city)")
  stage.begin()
  const seconds = await stage.screen.watch(() => stage.look(ROOM.inTurn), async () => {
    for (const city of cities) {
      // A task of its own gives the city a row in the picture; it is awaited before the next is made.
      const task = asyncio.createTask(fetchWeather(stage.server.url("in-turn", city.name)), { name: city.name })
      stage.arrived(await task)
    }
    return stage.elapsed
  })
  stage.screen.line(`\n  ${seconds.toFixed(2)} s: while one answer is on its way, nothing else happens.`)
  return seconds
})

export const together = asyncio.coroutine("together", async (stage: Stage): Promise<number> => {
  stage.screen.heading("2  All together", "await asyncio.gather(cities.map(fetchWeather))")
  stage.begin()
  const seconds = await stage.screen.watch(() => stage.look(ROOM.together), async () => {
    await asyncio.gather(
      cities.map((city) =>
        asyncio.createTask(
          async () => stage.arrived(await fetchWeather(stage.server.url("together", city.name))),
          { name: city.name },
        ),
      ),
    )
    return stage.elapsed
  })
  stage.screen.line(`\n  ${seconds.toFixed(2)} s: as long as the slowest one, not the sum.`)
  return seconds
})

export const inGroup = asyncio.coroutine("inGroup", async (stage: Stage): Promise<void> => {
  const { screen, server } = stage
  screen.heading(
    "3  In a TaskGroup, four at a time, with a timeout: Lima hangs, Delhi fails",
    `new TaskGroup({ limit: 4 }) … timeout(${PATIENCE}).run(() => fetchWeather(city))`,
  )
  stage.begin()
  server.troubles = { Lima: "silent", Delhi: { after: 0.3 } }
  const answered: string[] = []
  const late: string[] = []
  const ask = async ({ name }: City): Promise<void> => {
    try {
      stage.arrived(await asyncio.timeout(PATIENCE).run(() => fetchWeather(server.url("group", name))))
      answered.push(name)
    } catch (error) {
      if (!(error instanceof asyncio.TimeoutError)) throw error
      stage.tell(name, "no answer")
      late.push(name)
    }
  }
  const failures = await screen.watch(() => stage.look(ROOM.group), async () => {
    try {
      await new asyncio.TaskGroup({ limit: 4 }).run((group) => {
        for (const city of cities) group.createTask(() => ask(city), { name: city.name })
      })
    } catch (error) {
      if (error instanceof asyncio.ExceptionGroup) return error.errors.length
      throw error
    }
    return 0
  })
  const cancelled = cities.length - answered.length - late.length - failures
  await arrival()
  screen.line(
    `\n  ${answered.length} answered, ${late.length} timed out, ${failures} failed; the group cancelled the other ${cancelled}.` +
      `\n  Requests that still run on the server: ${server.running("group")}.`,
  )
})

/** What an error left on the server. */
export interface Leak {
  /** How many requests were still running after the error. */
  readonly running: number
  /** When the error came. */
  readonly error: number | undefined
}

export const failing = asyncio.coroutine("failing", async (stage: Stage): Promise<{ promiseAll: Leak; taskGroup: Leak }> => {
  const { server, screen } = stage
  server.troubles = { Cairo: { after: 0.15 } }
  screen.heading("4  Cairo fails, nothing catches it: Promise.all, as the server sees it", "await Promise.all(cities.map(fetch))")
  const promiseAll = await leak(stage, "promise-all", () =>
    // A native promise cannot be cancelled; wrapped, it can at least be left at once on Ctrl-C.
    asyncio.wrapFuture(Promise.all(cities.map(({ name }) => bareFetch(server.url("promise-all", name))))),
  )
  screen.heading("   The same failure in a TaskGroup", "group.createTask(fetchWeather(city))")
  const taskGroup = await leak(stage, "task-group", () =>
    new asyncio.TaskGroup().run((group) => {
      for (const { name } of cities) group.createTask(fetchWeather(server.url("task-group", name)), { name })
    }),
  )
  return { promiseAll, taskGroup }
})

/** Does `work`, which fails, and counts the requests that it leaves on the server. */
async function leak(stage: Stage, client: string, work: () => PromiseLike<unknown>): Promise<Leak> {
  const { server, screen } = stage
  let error: number | undefined
  let running = 0
  stage.begin()
  const look = (): Picture => stage.picture(requestsOf(server, client, error), ROOM.failing)
  await screen.watch(look, async () => {
    try {
      await work()
    } catch (reason) {
      if (reason instanceof asyncio.CancelledError) throw reason
      error = now()
    }
    screen.progress(`${stage.elapsed.toFixed(2)} s  the error is here`)
    await arrival()
    running = server.running(client)
    while (server.running(client) > 0) await asyncio.sleep(LOOK_AGAIN)
  })
  screen.line(`\n  Requests that still ran on the server after the error: ${running}.`)
  return { running, error }
}

/** Time for an abort to reach the server: several turns of the host, however busy the machine is. */
async function arrival(): Promise<void> {
  for (let i = 0; i < 5; i += 1) await asyncio.sleep(LOOK_AGAIN)
}
