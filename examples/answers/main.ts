/**
 * A page that asks a language model several questions at a time and shows the answers as they
 * come. The model is a stand-in on this machine; the client is the official one.
 *
 *     node --conditions=asyncio-ts:source examples/answers/main.ts [PORT]
 */
import * as asyncio from "asyncio-ts"
import OpenAI from "openai"
import { startModel } from "./model.ts"
import { startPage } from "./page.ts"

async function main(): Promise<void> {
  const { server } = await startModel(0.1)
  const page = await startPage(new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 }), Number(process.argv[2] ?? 7090))
  console.log(`open ${page.url} in a browser; Ctrl-C ends it`)
  try {
    await page.serveForever()
  } finally {
    await server.close()
  }
}

await asyncio.run(main).catch((error: unknown) => {
  if (!(error instanceof asyncio.KeyboardInterrupt)) throw error
})
