import { BodyCoroutine } from "../../core/body-coroutine.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { hostOperation } from "../../core/host-operation.ts"
import { osError } from "../../errors/os-errors.ts"
import { atRoot } from "../../host/node.ts"
import { withoutSecrets } from "./errors.ts"

type Fetch = typeof globalThis.fetch
type PlatformResponse = Awaited<ReturnType<Fetch>>

/** What reads a body, and can be interrupted. */
const READERS = ["arrayBuffer", "blob", "bytes", "formData", "json", "text"] as const

/**
 * The platform's own `fetch`, obeying the task that awaits it: the request starts when it is
 * awaited, and is aborted when the task is cancelled. `text()`, `json()` and their like on the
 * response are coroutines too, aborted in the same way; its `body` is the platform's stream,
 * for which `asyncio.wrapFuture` or `stream` of this module is right.
 *
 * @throws OSError, in Python's classes, where the system refused; else what `fetch` throws.
 * @throws CancelledError if the task is cancelled; the connection is closed.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import * as http from "asyncio-ts/http"
 *
 * await asyncio.run(async () => {
 *   const response = await http.fetch("data:text/plain,Chai")
 *   console.log(await response.text()) // -> Chai
 * })
 * ```
 */
export function fetch(...[input, init]: Parameters<Fetch>): Coroutine<PlatformResponse> {
  return new BodyCoroutine("fetch", async () => {
    const abort = new AbortController()
    const own = init?.signal ?? (input instanceof Request ? input.signal : null)
    const signal = own === null || own === undefined ? abort.signal : AbortSignal.any([own, abort.signal])
    const method = init?.method ?? (input instanceof Request ? input.method : "GET")
    const attempt = `cannot fetch ${method} ${shown(input instanceof Request ? input.url : input)}`
    const response = await interruptible("fetch", attempt, abort, () => globalThis.fetch(input, { ...init, signal }))
    return obedient(response, attempt, abort)
  })
}

/** Waits for `work`; a cancelled wait aborts it. */
function interruptible<T>(name: string, attempt: string, abort: AbortController, work: () => Promise<T>): Coroutine<T> {
  return hostOperation<T>({
    name,
    detail: attempt.replace("cannot fetch ", ""),
    says: () => `${attempt.replace("cannot fetch ", "")}, ${name}`,
    start(done) {
      atRoot(work).then(
        (value) => done.returned(value),
        (error: unknown) => done.failed(told(error, attempt)),
      )
      return (error) => abort.abort(error)
    },
    // A response holds its connection until it is read.
    discard: () => abort.abort(),
  })
}

/** Makes what reads the body of a response obey the task that reads. */
function obedient(response: PlatformResponse, attempt: string, abort: AbortController): PlatformResponse {
  for (const name of READERS) {
    const reader = (response as unknown as Record<string, (() => Promise<unknown>) | undefined>)[name] // older platforms lack some
    if (reader === undefined) continue
    const value = (): Coroutine<unknown> => interruptible(`Response.${name}`, attempt, abort, () => reader.call(response))
    Object.defineProperty(response, name, { value, configurable: true, writable: true })
  }
  const copy = response.clone.bind(response)
  Object.defineProperty(response, "clone", { value: () => obedient(copy(), attempt, abort), configurable: true, writable: true })
  return response
}

/** The system's error that `fetch` hides in the cause of a TypeError. */
function told(error: unknown, attempt: string): unknown {
  const cause = error instanceof TypeError ? error.cause : undefined
  const inner: unknown = cause instanceof AggregateError && cause.errors.length > 0 ? cause.errors[0] : cause
  const known = osError(inner, attempt)
  return known === inner ? error : known
}

function shown(url: string | URL): string {
  return URL.canParse(url) ? withoutSecrets(new URL(url)) : String(url)
}
