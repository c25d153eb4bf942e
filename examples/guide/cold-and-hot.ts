/** The same function, plain and as a coroutine function: a plain one begins when it is called. */
import * as asyncio from "asyncio-ts"

async function plain(name: string): Promise<string> {
  console.log(`  ${name} begins`)
  await asyncio.sleep(1)
  return name
}

const cold = asyncio.coroutine("cold", plain)

async function main(): Promise<void> {
  console.log("call the plain function:")
  const promise = plain("plain")
  console.log("call the coroutine function:")
  const coroutine = cold("cold")
  console.log("await both:")
  console.log(await promise)
  console.log(await coroutine)
}

await asyncio.run(main)
