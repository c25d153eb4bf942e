/** Real servers for tests of the HTTP client, and the check that nothing is left open. */
import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer, type IncomingMessage, type RequestListener, type Server as HttpServer, type ServerResponse } from "node:http"
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net"
import * as asyncio from "asyncio-ts"

/** A server of the test, with what it has seen. */
export class TestServer {
  readonly server: Server
  readonly scheme: string
  /** Connections that are open. */
  readonly sockets = new Set<Socket>()
  /** Connections that were ever made. */
  opened = 0
  #closed: (() => void)[] = []

  constructor(server: Server, scheme: string) {
    this.server = server
    this.scheme = scheme
    server.on("connection", (socket: Socket) => {
      this.opened += 1
      this.sockets.add(socket)
      socket.on("error", () => undefined)
      socket.once("close", () => {
        this.sockets.delete(socket)
        for (const told of this.#closed.splice(0)) told()
      })
    })
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port // it listens on a port
  }

  get url(): string {
    return `${this.scheme}://localhost:${this.port}`
  }

  async listen(): Promise<this> {
    this.server.listen(0, "localhost")
    await once(this.server, "listening")
    return this
  }

  /** Waits until at most `count` connections are open. */
  async untilOpen(count: number): Promise<void> {
    // A socket that is not read does not see its end.
    for (const socket of this.sockets) socket.resume()
    while (this.sockets.size > count) await asyncio.wrapFuture(new Promise<void>((resolve) => this.#closed.push(resolve)))
  }

  /** Ends all connections from this side. */
  drop(): void {
    for (const socket of this.sockets) socket.destroy()
  }

  close(): void {
    this.drop()
    this.server.close()
  }
}

/** As `serving`, with a signal that the listener can set for the test. */
export function scene(
  listener: (request: IncomingMessage, response: ServerResponse, asked: Signal) => void,
  body: (server: TestServer, asked: Signal) => unknown,
): Promise<void> {
  const asked = new Signal()
  return serving((request, response) => listener(request, response, asked), (server) => body(server, asked))
}

/** Runs `body` with a server of `listener`; afterwards no connection is open, and nothing was reported. */
export function serving(listener: RequestListener, body: (server: TestServer) => unknown): Promise<void> {
  return servingWith(createServer({ keepAliveTimeout: 60_000 }, listener), "http", body)
}

/** The same with a server that speaks what it likes. */
export function servingTcp(listener: (socket: Socket) => void, body: (server: TestServer) => unknown): Promise<void> {
  return servingWith(createTcpServer(listener), "http", body)
}

export async function servingWith(server: Server | HttpServer, scheme: string, body: (server: TestServer) => unknown): Promise<void> {
  const own = await new TestServer(server, scheme).listen()
  const reports: asyncio.ExceptionContext[] = []
  try {
    await asyncio.run(async () => {
      asyncio.getRunningLoop().setExceptionHandler((_loop, context) => reports.push(context))
      await body(own)
      await asyncio.timeout(20).run(() => own.untilOpen(0))
    })
  } finally {
    own.close()
  }
  assert.deepEqual(reports.map(({ message, exception }) => ({ message, exception })), [], "unexpected reports")
}

/** Answers with what was asked, as JSON. */
export function echo(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    const { method, url, headers } = request
    response.setHeader("content-type", "application/json")
    response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }))
  })
}

export interface Echoed {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The error with which `work` fails. */
export async function failure(work: PromiseLike<unknown>): Promise<Error & { cause?: unknown; code?: string }> {
  try {
    await work
  } catch (error) {
    assert.ok(error instanceof Error)
    return error
  }
  assert.fail("it was to fail")
}

/**
 * The error with which `work` fails, after `seconds`, and not only with the limits that clients
 * have by themselves: at most 2 s later than a timer of the host's that was set once it had begun,
 * which a busy machine holds up too.
 *
 * @param connecting - the server whose connection begins the time
 */
export async function failureAfter(seconds: number, work: PromiseLike<unknown>, connecting?: TestServer): Promise<Error & { cause?: unknown; code?: string }> {
  const begun = performance.now()
  const connected = connecting === undefined ? undefined : asyncio.wrapFuture(once(connecting.server, "connection"))
  const task = asyncio.createTask(() => failure(work))
  await connected
  for (let turn = 0; turn < 10; turn++) await asyncio.sleep(0)
  const rung = new Promise<number>((resolve) => setTimeout(() => resolve(performance.now() - begun), seconds * 1000))
  const error = await task
  const took = performance.now() - begun
  const due = await asyncio.wrapFuture(rung)
  assert.ok(took >= seconds * 1000 - 2, `it took ${took} ms`)
  assert.ok(took < due + 2000, `it took ${took} ms; a timer took ${due} ms`)
  return error
}

/** An event of the outside world that a test waits for. */
export class Signal<T = void> {
  readonly #promise: Promise<T>
  set!: (value: T) => void

  constructor() {
    this.#promise = new Promise((resolve) => {
      this.set = resolve
    })
  }

  wait(): asyncio.Future<T> {
    return asyncio.wrapFuture(this.#promise)
  }
}
