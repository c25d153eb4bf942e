// Tasks that want the same lock, until Ctrl-C.
import * as asyncio from "asyncio-ts"

await asyncio.run(async () => {
  const lock = new asyncio.Lock({ name: "db" })
  console.log(`process ${process.pid}`)
  await new asyncio.TaskGroup().run((group) => {
    for (let n = 0; n < 5; n += 1) {
      group.createTask(async () => {
        for (;;) await lock.run(() => asyncio.sleep(0.005))
      })
    }
  })
})
