import { host } from "#src/host/host.ts"

/** Seconds that each look at the host's clock seems to take: more than a loop runs on without letting the host round. */
const SLOW = 0.003

/** Does `work` as a machine would that is slow at every step. */
export async function slowed<T>(work: () => Promise<T>): Promise<T> {
  const { now } = host
  let longer = 0
  host.now = () => now.call(host) + (longer += SLOW)
  try {
    return await work()
  } finally {
    host.now = now
  }
}
