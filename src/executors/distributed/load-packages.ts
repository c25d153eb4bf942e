import type * as bull from "bullmq"
import type * as redis from "ioredis"
import { RuntimeError } from "../../errors/misuse.ts"

/** The two packages that everything here stands on. */
export interface Packages {
  readonly bullmq: Pick<typeof bull, "Job" | "Queue" | "QueueEvents" | "Relay" | "UnrecoverableError" | "WaitingError" | "Worker">
  readonly ioredis: Pick<typeof redis, "Redis">
}

let loaded: Promise<Packages> | undefined

/**
 * Loads BullMQ and its driver, once.
 *
 * @throws RuntimeError that says what to install.
 */
export function loadPackages(attempt: string): Promise<Packages> {
  loaded ??= load().catch((error: unknown) => {
    // They may be installed while the program runs.
    loaded = undefined
    throw error
  })
  return loaded.catch((error: unknown) => {
    if (!(error instanceof MissingPackage)) throw error
    throw new RuntimeError(`${attempt}: the package '${error.missing}' is not installed; run: npm install bullmq ioredis`, { cause: error.cause })
  })
}

class MissingPackage extends Error {
  readonly missing: string

  constructor(missing: string, cause: unknown) {
    super(`${missing} is not installed`, { cause })
    this.missing = missing
  }
}

async function load(): Promise<Packages> {
  const [bullmq, ioredis] = await Promise.all([
    import("bullmq").catch((error: unknown) => notFound("bullmq", error)),
    import("ioredis").catch((error: unknown) => notFound("ioredis", error)),
  ])
  return { bullmq, ioredis }
}

function notFound(name: string, error: unknown): never {
  const { code, message } = error as { code?: unknown; message?: unknown }
  const missing = (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") && String(message).includes(`'${name}'`)
  throw missing ? new MissingPackage(name, error) : error
}
