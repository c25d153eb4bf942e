import type { Coroutine } from "asyncio-ts"

/** Gives its greeting after a second. */
export type Greet = (name: string) => Coroutine<string>

export async function main(greet: Greet): Promise<string> {
  const greeting = greet("Alice")
  return `${greeting} Welcome.`
}
