import * as asyncio from "asyncio-ts"

const name: string = process.argv[2] ?? "nobody"

await asyncio.run(async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const helper = asyncio.createTask(() => asyncio.wrapFuture(promise), { name: "helper" })
  resolve()
  await helper
  console.log(`Hello, ${name}! Debug mode is ${asyncio.getRunningLoop().getDebug() ? "on" : "off"}.`)
}, { name: "main" })
process.exitCode = 3
