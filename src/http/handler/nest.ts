import { CancelledError } from "../../errors/cancelled-error.ts"
import { clientSignal, leftWhileSending, type NodeRequest, type NodeResponse } from "./node-response.ts"
import { requestName, RequestRunner, type HandlerOptions } from "./request-runner.ts"

/** The part of Nest's `ExecutionContext` that is used. */
export interface NestContext {
  getType(): string
  switchToHttp(): {
    getRequest(): NodeRequest
    /** Fastify's reply holds Node's response. */
    getResponse(): NodeResponse | { readonly raw: NodeResponse }
  }
}

/** The part of an observable that is used. */
export interface ObservableLike {
  subscribe(observer: NestObserver): { unsubscribe(): void }
}

interface NestObserver {
  next(value: unknown): void
  error(error: unknown): void
  complete(): void
}

/** A request whose answer is asked for. */
interface Subscribed {
  readonly name: string
  readonly request: object
  /** Aborts when its client has gone. */
  readonly gone: AbortSignal
}

/** Every observable's class makes another from what happens when it is subscribed to. */
type ObservableClass<O> = new (subscribe: (observer: NestObserver) => () => void) => O

/**
 * The interceptor that makes NestJS run each request's controller method as a task, named
 * after method and path.
 *
 * An interceptor, since it stands round all methods of an application, a controller or one
 * route without touching them: parameter decorators, pipes and metadata stay as they are,
 * where a wrapper of the method would lose them.
 *
 * Pipes and inner interceptors run inside the task; guards and middleware before it, and
 * what these keep in an `AsyncLocalStorage` is there. The task is cancelled when the client
 * goes away before the answer has ended, or whoever subscribed to it unsubscribes. An error
 * is Nest's, with its exception filters. What is no HTTP request passes as it is.
 *
 * After a cancellation, by the client or because the program ends, the method's code has
 * seen a `CancelledError`. Nest is told of an error only if the client is still there: one
 * that its filters answer with 503.
 *
 * For a whole application:
 *
 *     const app = await NestFactory.create(AppModule)
 *     app.useGlobalInterceptors(new AsyncioInterceptor())
 *
 * @see https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task
 */
export class AsyncioInterceptor {
  readonly #runner: RequestRunner

  constructor(options?: HandlerOptions) {
    this.#runner = new RequestRunner(options)
  }

  /** Called by Nest. @throws RuntimeError through the observable if no loop runs. */
  intercept<O extends ObservableLike>(context: NestContext, next: { handle(): O }): O {
    // Nest binds what it gives to the async context of the call, so the one that is subscribed
    // to is asked for inside the task. This one lends its class, which need not be imported.
    const plain = next.handle()
    if (context.getType() !== "http") return plain
    const http = context.switchToHttp()
    const request = http.getRequest()
    const { method, originalUrl, url } = request
    const response = http.getResponse()
    const signal = clientSignal("raw" in response ? response.raw : response)
    const name = requestName(method, originalUrl ?? url)
    const Observable = plain.constructor as ObservableClass<O>
    return new Observable((observer) => this.#subscribe(next, observer, { name, request, gone: signal }))
  }

  #subscribe(next: { handle(): ObservableLike }, observer: NestObserver, { name, request, gone }: Subscribed): () => void {
    const unsubscribed = new AbortController()
    const signal = AbortSignal.any([gone, unsubscribed.signal])
    const values = new Values(observer)
    // A method that gives one value is done with it; one that gave a value and is not streams.
    signal.addEventListener("abort", () => values.seen && values.stop(), { once: true })
    this.#runner
      .run(() => values.from(next.handle()), { name, signal })
      .finally(() => values.stop())
      .then(
        () => observer.complete(),
        (error: unknown) => {
          const left = leftWhileSending(request, error)
          if (!(error instanceof CancelledError) && !left) {
            observer.error(error)
          } else if (left || signal.aborted) {
            // Nest waits for a value.
            if (!values.seen) observer.next(undefined)
            observer.complete()
          } else {
            observer.error(new ServiceUnavailable())
          }
        },
      )
    return () => unsubscribed.abort()
  }
}

/** Passes the values of a source on, for as long as its task lives. */
class Values {
  seen = false
  readonly #observer: NestObserver
  #end: (() => void) | undefined

  constructor(observer: NestObserver) {
    this.#observer = observer
  }

  from(source: ObservableLike): Promise<void> {
    // Bare, though a cancellation gives up here: the method is code of the same task, and with
    // a wait of ours open as well the task would end before the method has cleaned up.
    return new Promise((resolve, reject) => {
      const subscription = source.subscribe({
        next: (value) => {
          this.seen = true
          this.#observer.next(value)
        },
        error: reject,
        complete: resolve,
      })
      this.#end = () => {
        subscription.unsubscribe()
        resolve()
      }
    })
  }

  stop(): void {
    this.#end?.()
  }
}

/** As the package `http-errors` marks what may be told to a client, which Nest looks for. */
class ServiceUnavailable extends Error {
  override readonly name = "ServiceUnavailable"
  readonly expose = true
  readonly status = 503
  readonly statusCode = 503

  constructor() {
    super("Service Unavailable")
  }
}
