import * as asyncio from "asyncio-ts"
import { stamp } from "./stamp.ts"

export async function main(letters: readonly string[]): Promise<string[]> {
  return asyncio.gather(letters.map((letter) => asyncio.toThread(stamp, letter)))
}
