import type { Coroutine } from "asyncio-ts"

/** Takes a second. */
export type Look = () => Coroutine<void>
/** Takes half a second. */
export type Save = () => Coroutine<void>

export async function watch(look: Look, save: Save): Promise<void> {
  try {
    for (;;) await look()
  } catch {
    await save()
  }
}
