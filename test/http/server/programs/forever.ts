/** A server that serves until Ctrl-C. */
import * as asyncio from "asyncio-ts"
import { FastResponse, serve } from "asyncio-ts/http"

try {
  await asyncio.run(async () => {
    const server = await serve(async () => {
      console.log("begun")
      await asyncio.sleep(0.1)
      return new FastResponse("tea")
    })
    console.log(`port ${server.port}`)
    await server.serveForever()
  })
} catch (error) {
  if (!(error instanceof asyncio.KeyboardInterrupt)) throw error
  console.log(error.name)
}
