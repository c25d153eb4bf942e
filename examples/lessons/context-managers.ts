/** Something is acquired, used and released: also after an error, and when the user is cancelled. */
import * as asyncio from "asyncio-ts"

class Database {
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  /** Opens the database, runs `body`, and closes it. */
  async run<T>(body: (database: this) => Promise<T>): Promise<T> {
    await asyncio.sleep(0.1)
    console.log(`${this.#name}: open`)
    try {
      return await body(this)
    } finally {
      await asyncio.sleep(0.1)
      console.log(`${this.#name}: closed`)
    }
  }

  async query(table: string): Promise<string> {
    await asyncio.sleep(1)
    if (table === "") throw new Error("no table was named")
    return `all of ${table}`
  }
}

async function main(): Promise<void> {
  console.log(await new Database("well").run((database) => database.query("users")))

  const failed = new Database("failing").run((database) => database.query(""))
  await failed.catch((error: Error) => console.log(error.message))

  const task = asyncio.createTask(() => new Database("cancelled").run((database) => database.query("users")))
  await asyncio.sleep(0.5)
  task.cancel()
  await asyncio.wait([task])
  console.log(`the task was cancelled: ${task.cancelled()}`)

  // A lock is one too: whoever is inside has it, and it is given back whatever happens.
  const lock = new asyncio.Lock()
  console.log(await lock.run(() => `locked: ${lock.locked()}`))
  console.log(`locked: ${lock.locked()}`)
}

await asyncio.run(main)
