/**
 * What the linter says of a forgotten await: no-floating-promises reports each line below a
 * directive. A directive that is not needed is reported, too, so these lines must be.
 */
import * as asyncio from "asyncio-ts"

declare const lock: asyncio.Lock

export async function forgets(): Promise<void> {
  const brew = asyncio.coroutine("brew", async () => "chai")
  // oxlint-disable-next-line typescript/no-floating-promises -- a coroutine that never runs
  brew()
  // oxlint-disable-next-line typescript/no-floating-promises -- so is an operation of the library
  asyncio.sleep(1)
  // oxlint-disable-next-line typescript/no-floating-promises -- so is a wait for a lock
  lock.acquire()
  // oxlint-disable-next-line typescript/no-floating-promises -- so is a scope, whose body never runs
  new asyncio.TaskGroup().run(async () => undefined)
  // oxlint-disable-next-line typescript/no-floating-promises -- a future that nobody waits for
  asyncio.gather([brew()])
  // oxlint-disable-next-line typescript/no-floating-promises -- then returns a promise like any other
  brew().then((kind) => kind.length)

  // A task runs by itself: its loop keeps it and tells of its failure.
  asyncio.createTask(brew())
  void brew()
  await brew()
}
