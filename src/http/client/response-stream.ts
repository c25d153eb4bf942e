import { checkFunction } from "../../structures/arguments.ts"
import { BodyCoroutine } from "../../core/body-coroutine.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import type { Response } from "./response.ts"

type Scope = <T>(body: (response: Response) => T | PromiseLike<T>) => Promise<T>

/** A request that was made with `stream`: `run` sends it. */
export class ResponseStream {
  readonly #scope: Scope

  /** The client's to make. */
  constructor(scope: Scope) {
    this.#scope = scope
  }

  /**
   * Sends the request, and calls `body` when the head of the response has come; gives its
   * value. What `body` has not read when it ends is given up, and the connection closed.
   *
   * @throws RequestError, in its many kinds, if no response came, or while it is read.
   * @throws CancelledError if the task is cancelled; the connection is closed.
   */
  run<T>(body: (response: Response) => T | PromiseLike<T>): Coroutine<Awaited<T>> {
    checkFunction(body, "the body of stream(…).run")
    // It awaits what `body` gives.
    return new BodyCoroutine("Client.stream", () => this.#scope(body)) as Coroutine<unknown> as Coroutine<Awaited<T>>
  }
}
