/** A cache in which many who want the same thing at once share one request, and a failure is not kept. */
import * as asyncio from "asyncio-ts"

class OneFlight<K, V> {
  readonly #flights = new Map<K, asyncio.Task<V>>()
  readonly #load: (key: K) => asyncio.Coroutine<V>

  constructor(load: (key: K) => asyncio.Coroutine<V>) {
    this.#load = load
  }

  get = asyncio.coroutine("get", (key: K): asyncio.Future<V> => {
    let flight = this.#flights.get(key)
    if (flight === undefined) {
      flight = asyncio.createTask(this.#load(key))
      flight.addDoneCallback((done) => {
        if (done.cancelled() || done.exception() !== undefined) this.#flights.delete(key)
      })
      this.#flights.set(key, flight)
    }
    // One reader who leaves does not take the answer away from the others.
    return asyncio.shield(flight)
  })
}

let asked = 0
const fetchUser = asyncio.coroutine("fetchUser", async (id: number) => {
  asked += 1
  await asyncio.sleep(1)
  return `user ${id}`
})

await asyncio.run(async () => {
  const users = new OneFlight(fetchUser)
  const impatient = asyncio.waitFor(users.get(1), 0.5)
  const answers = await asyncio.gather([users.get(1), users.get(1), impatient, users.get(2)], { returnExceptions: true })
  console.log(answers.map((answer) => (answer instanceof Error ? answer.name : answer)).join(", "))
  console.log(await users.get(1), `after ${asked} requests`)
})
