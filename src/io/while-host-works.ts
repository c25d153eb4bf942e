import { getRunningLoop } from "../core/running.ts"

/**
 * Awaits something that only the host can bring about, such as a datagram from elsewhere: a
 * virtual clock does not jump over it, and it is no deadlock.
 */
export async function whileHostWorks<T>(wait: () => PromiseLike<T>): Promise<T> {
  const loop = getRunningLoop()
  loop.hostOperations += 1
  try {
    return await wait()
  } finally {
    loop.hostOperations -= 1
    loop.wake()
  }
}
