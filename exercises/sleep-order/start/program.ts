import * as asyncio from "asyncio-ts"

const rest = (name: string, seconds: number) => async (): Promise<void> => {
  console.log(`${name} begins`)
  await asyncio.sleep(seconds)
  console.log(`${name} ends`)
}

export async function main(): Promise<void> {
  await asyncio.gather([rest("long", 2), rest("short", 1)])
  console.log("both have ended")
}
