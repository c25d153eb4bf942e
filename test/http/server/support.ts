/** What the tests of the HTTP server share: a server round a body, and clients without manners. */
import assert from "node:assert/strict"
import { connect as connectTcp, type Socket } from "node:net"
import * as asyncio from "asyncio-ts"
import { HttpServer, type ServeHandler, type ServeOptions } from "asyncio-ts/http"

export interface Serving {
  readonly server: HttpServer
  readonly url: string
  readonly port: number
  /** What the loop's exception handler was told; the test takes out what it expects. */
  readonly reports: asyncio.ExceptionContext[]
}

/** Runs `body` beside a server; afterwards no task, no connection and no report may be left. */
export async function serving(handler: ServeHandler, options: ServeOptions, body: (serving: Serving) => Promise<void>): Promise<void> {
  const reports: asyncio.ExceptionContext[] = []
  await asyncio.run(async () => {
    asyncio.getRunningLoop().setExceptionHandler((_loop, context) => void reports.push(context))
    const server = new HttpServer(handler, options)
    await server.run(async () => {
      const port = options.path === undefined ? server.port : 0
      await body({ server, url: server.url, port, reports })
    })
    assert.equal(server.statistics().connections, 0)
    assert.equal(server.statistics().inWork, 0)
    assert.deepEqual(others(), [])
  })
  assert.deepEqual(reports, [])
}

/** The tasks beside the one that asks. */
export function others(): string[] {
  const current = asyncio.currentTask()
  return [...asyncio.allTasks()].filter((task) => task !== current && !task.getName().startsWith("HTTP server")).map((task) => task.getName())
}

/** Waits until `look` holds. Each look is a turn of the host's; that it comes to hold is the test's own promise. */
export async function until(look: () => boolean): Promise<void> {
  while (!look()) await asyncio.sleep(0.001)
}

/** A client that writes bytes and keeps what comes. */
export class RawClient {
  readonly socket: Socket
  text = ""
  closed = false
  readonly #changed = new asyncio.Event()

  constructor(port: number) {
    this.socket = connectTcp(port, "127.0.0.1").setEncoding("latin1")
    this.socket.on("data", (piece: string) => {
      this.text += piece
      this.#changed.set()
    })
    this.socket.on("error", () => undefined)
    this.socket.on("close", () => {
      this.closed = true
      this.#changed.set()
    })
  }

  send(text: string): this {
    this.socket.write(text, "latin1")
    return this
  }

  /** Waits until `pattern` has come; gives what came up to its end, and keeps the rest. */
  async expect(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.text)
      if (found !== null) {
        const end = found.index + found[0].length
        const before = this.text.slice(0, end)
        this.text = this.text.slice(end)
        return before
      }
      if (this.closed) throw new Error(`the server closed, after ${JSON.stringify(this.text)}`)
      this.#changed.clear()
      await this.#changed.wait()
    }
  }

  /** All that comes until the server closes. */
  async rest(): Promise<string> {
    while (!this.closed) {
      this.#changed.clear()
      await this.#changed.wait()
    }
    return this.text
  }

  gone(): void {
    this.socket.destroy()
  }
}

export function get(path: string, headers = ""): string {
  return `GET ${path} HTTP/1.1\r\nHost: tea\r\n${headers}\r\n`
}
