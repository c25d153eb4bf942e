/** The waits of the other entry points. */
import { createServer, type AddressInfo } from "node:net"
import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor, ProcessPoolExecutor, ThreadPoolExecutor } from "asyncio-ts/executors"
import * as flow from "asyncio-ts/flow"
import * as http from "asyncio-ts/http"
import { createPool, connect as connectPostgres, type Connection } from "asyncio-ts/postgres"
import { assertCheckpoints, Sequencer, startFaultProxy, untilIdle } from "asyncio-ts/testing"
import { needs } from "../../support/needs.ts"
import { startServer as startPostgres, type Server as Postgres } from "../../postgres/support/server.ts"
import type { Form, Scene } from "./forms.ts"

const { sleep } = asyncio

/** A listener that accepts and says `greeting`, and nothing more. */
async function silent(scene: Scene, greeting = ""): Promise<number> {
  const server = createServer((socket) => {
    scene.end(() => socket.destroy())
    socket.on("error", () => undefined)
    if (greeting !== "") socket.once("data", () => socket.write(greeting))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  scene.end(() => server.close())
  return (server.address() as AddressInfo).port
}

function workQueue(scene: Scene): flow.WorkQueue {
  const queue = new flow.WorkQueue({ limit: 1, name: "mail" })
  const running = asyncio.createTask(queue.run(async () => sleep(60)))
  scene.end(() => running.cancel())
  return queue
}

const inQueue = (of: string, wait: (queue: flow.WorkQueue) => PromiseLike<unknown>, words = /^work queue 'mail', 1 waiting, 1 running$/): Form => ({
  of,
  words,
  async make(scene) {
    const queue = workQueue(scene)
    await sleep(0)
    await sleep(0)
    queue.add(() => sleep(50), { name: "first" })
    queue.add(() => sleep(50), { name: "second" })
    await sleep(0)
    return () => wait(queue)
  },
})

const limiter = async (): Promise<flow.RateLimiter> => {
  const made = new flow.RateLimiter(1, 60, { name: "api" })
  await made.acquire()
  return made
}
const RATE = /^rate limiter 'api', next start in .*, 1st in line$/

const FLOW: readonly Form[] = [
  inQueue("WorkQueue.onEmpty", (queue) => queue.onEmpty()),
  inQueue("WorkQueue.onNoneRunning", (queue) => queue.onNoneRunning()),
  inQueue("WorkQueue.onIdle", (queue) => queue.onIdle()),
  inQueue("WorkQueue.onSizeLessThan", (queue) => queue.onSizeLessThan(1)),
  inQueue("WorkQueue.add Job.then Job.catch Job.finally", (queue) => queue.add(() => sleep(1), { name: "third" }), /^job 'third', which waits in its queue$/),
  inQueue("WorkQueue.run", () => new flow.WorkQueue().run(async (queue) => void queue.add(() => sleep(5))), /^work queue, 0 waiting, 1 running$/),
  { of: "RateLimiter.acquire", words: RATE, make: async () => ((made) => () => made.acquire())(await limiter()) },
  { of: "RateLimiter.run", words: RATE, make: async () => ((made) => () => made.run(() => 1))(await limiter()) },
  { of: "RateLimiter.wrap", words: RATE, make: async () => ((made) => () => made.wrap(async () => 1)())(await limiter()) },
  { of: "debounce", words: /^a shared run of 1, 1 still open: task 'debounce'$/, make: () => () => flow.debounce(async () => 1, 60)() },
  { of: "throttle", words: /^rate limiter, next start in .*, 1st in line$/, make: () => ((calm) => async () => [await calm(), await calm()])(flow.throttle(async () => 1, { interval: 60 })) },
  { of: "retry", words: /^timer, .* left$/, make: () => () => flow.retry(async () => Promise.reject(new Error("no")), { attempts: 2, delay: 60 }) },
  { of: "retrying", words: /^timer, .* left$/, make: () => () => flow.retrying(async () => Promise.reject(new Error("no")), { attempts: 2, delay: 60 })() },
  {
    of: "mapConcurrently",
    words: /^mapConcurrently of 2, 2 still open: task 'mapConcurrently', task 'mapConcurrently'$/,
    make: () => async () => {
      for await (const _result of flow.mapConcurrently([1, 2], () => sleep(60), { limit: 2 })) return
    },
  },
]

const JOB = /^worker job #\d+ '.*', (running in|queued in) pool '.*?'(, no worker is free)?, 0 ms$/
const nap = (): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000)

function pool(name: string, make: () => LocalExecutor): readonly Form[] {
  const opened = (scene: Scene): LocalExecutor => {
    const made = make()
    scene.end(() => {
      made.killWorkers()
      return made.shutdown()
    })
    return made
  }
  const form = (methods: string, words: RegExp, wait: (executor: LocalExecutor) => PromiseLike<unknown>): Form => ({
    of: methods.split(" ").map((method) => `${name}${method}`).join(" "),
    words,
    make(scene) {
      const executor = opened(scene)
      return () => wait(executor)
    },
  })
  return [
    form(".submit .module", JOB, (executor) => executor.submit(nap)),
    form(".stream", /^worker job #\d+ .*, 0 ms$/, async (executor) => {
      for await (const _item of executor.stream(function* () {
        yield 1
      })) return
    }),
    form(".map", /^worker job #\d+ |^a job |^mapConcurrently of |^map of /, async (executor) => {
      for await (const _item of executor.map(nap, [1])) return
    }),
    form(".shutdown [Symbol.asyncDispose]", /^shutdown of pool '.*', 0 ms$/, async (executor) => {
      void executor.submit(nap).catch(() => undefined)
      await executor.shutdown()
    }),
    form(".warm", /^warm of pool '.*', 0 ms$/, (executor) => executor.warm(1)),
  ]
}

type LocalExecutor = InstanceType<typeof ThreadPoolExecutor>

async function serving(scene: Scene, handler: http.ServeHandler): Promise<http.HttpServer> {
  const server = new http.HttpServer(handler, { host: "127.0.0.1", port: 0 })
  await server.start()
  scene.end(() => server.close({ gracePeriod: 0 }))
  return server
}

const slow: http.ServeHandler = async () => {
  await sleep(60)
  return new Response("late")
}

const request = (of: string, wait: (url: string, client: http.Client) => PromiseLike<unknown>, words = /^[A-Z]+ http:\/\/127\.0\.0\.1:\d+\/, .*, 0 ms$/): Form => ({
  of,
  words,
  async make(scene) {
    const url = `http://127.0.0.1:${await silent(scene)}/`
    const client = new http.Client()
    scene.end(() => client.close())
    return () => wait(url, client)
  },
})

/** A response whose head is here, and whose body never ends. */
const body = (of: string, wait: (response: http.Response) => PromiseLike<unknown>): Form => ({
  of,
  words: /^[A-Z]+ http:\/\/127\.0\.0\.1:\d+\/, .*, 0 ms$/,
  async make(scene) {
    const port = await silent(scene, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100\r\n\r\nfirst")
    return () => http.stream("GET", `http://127.0.0.1:${port}/`).run((response) => wait(response))
  },
})

const socket = (of: string, words: RegExp, wait: (socket: http.WebSocket) => PromiseLike<unknown>): Form => ({
  of,
  words,
  async make(scene) {
    const server = await serving(scene, (asked) => http.upgradeWebSocket(asked, () => sleep(60)))
    const made = await http.connectWebSocket(server.url.replace("http", "ws"))
    scene.end(() => made.close().catch(() => undefined))
    return () => wait(made)
  },
})

const verbs = ["get", "head", "post", "put", "patch", "delete", "options"] as const

const HTTP: readonly Form[] = [
  request("Client.request", (url, client) => client.request("GET", url)),
  ...verbs.map((verb) => request(`Client.${verb}`, (url, client) => client[verb](url))),
  ...verbs.map((verb) => request(verb, (url) => http[verb](url))),
  request("request", (url) => http.request("GET", url)),
  request("stream Client.stream ResponseStream.run", (url) => http.stream("GET", url).run(() => 1)),
  request("fetch", (url) => http.fetch(url), /^GET http:\/\/127\.0\.0\.1:\d+\/, fetch, 0 ms$/),
  {
    of: "Client.close Client[Symbol.asyncDispose]",
    words: /^the connections of an HTTP client, closing, 0 ms$/,
    async make(scene) {
      const url = `http://127.0.0.1:${await silent(scene)}/`
      const client = new http.Client()
      void client.get(url).catch(() => undefined)
      await sleep(0.05)
      return () => client.close()
    },
  },
  body("Response.bytes", (response) => response.bytes()),
  body("Response.text", (response) => response.text()),
  body("Response.json", (response) => response.json()),
  body("Response.chunks", async (response) => {
    for await (const _chunk of response.chunks());
  }),
  body("Response.lines", async (response) => {
    for await (const _line of response.lines());
  }),
  body("Response.events", async (response) => {
    for await (const _event of response.events());
  }),
  { of: "HttpServer.start serve", words: /^HTTP server .*, beginning to listen, 0 ms$/, make: (scene) => async () => void (await serving(scene, slow)) },
  {
    of: "HttpServer.run HttpServer.serveForever",
    words: /^shield of task 'HTTP server http:.*'$/,
    async make(scene) {
      const server = await serving(scene, slow)
      return () => server.serveForever()
    },
  },
  {
    of: "HttpServer.close HttpServer[Symbol.asyncDispose]",
    words: /^shield of task 'HTTP server http:.*'$/,
    async make(scene) {
      const server = await serving(scene, slow)
      void http.get(server.url).catch(() => undefined)
      await sleep(0.05)
      return () => server.close({ gracePeriod: 5 })
    },
  },
  {
    of: "connectWebSocket",
    words: /^WebSocket 127\.0\.0\.1:\d+, connecting, 0 ms$/,
    async make(scene) {
      const port = await silent(scene)
      return () => http.connectWebSocket(`ws://127.0.0.1:${port}/`)
    },
  },
  socket("WebSocket.receive WebSocket[Symbol.asyncIterator]", /^WebSocket, a message, 0 ms$/, (made) => made.receive()),
  socket("WebSocket.ping", /^WebSocket, an answer to a ping, 0 ms$/, (made) => made.ping()),
  socket("WebSocket.send", /^WebSocket, sending, 0 ms$/, async (made) => {
    for (;;) await made.send(Buffer.alloc(1_000_000))
  }),
  socket("WebSocket.close WebSocket[Symbol.asyncDispose]", /^WebSocket, closing, 0 ms$/, (made) => made.close()),
]

const skip = needs("psql", "postgresql")
let postgres: Promise<Postgres> | null = null

/** Ends the server that the forms of PostgreSQL share. */
export async function endPostgres(): Promise<void> {
  await (await postgres)?.remove()
}

const NAP = "select pg_sleep(60)"
const SQL = /^PostgreSQL at .*, (in line for )?'.*', 0 ms$/

const database = (of: string, wait: (connection: Connection, dsn: string) => PromiseLike<unknown>, words = SQL): Form => ({
  of,
  words,
  skip,
  async make(scene) {
    const { dsn } = await (postgres ??= startPostgres())
    const connection = await connectPostgres({ dsn })
    scene.end(() => connection.terminate())
    return () => wait(connection, dsn)
  },
})

const asks = (of: string): Form[] =>
  (["execute", "fetch", "fetchRow", "fetchValue", "query"] as const).map((method) =>
    database(`${of}.${method}`, async (connection, dsn) => {
      if (of !== "Pool") return connection[method](NAP)
      const made = await createPool({ dsn, min: 0, max: 1 })
      try {
        return await made[method](NAP)
      } finally {
        made.terminate()
      }
    }),
  )

const POSTGRES: readonly Form[] = [
  {
    of: "connect createPool",
    words: /^PostgreSQL at .*, connecting, 0 ms/,
    async make(scene) {
      const port = await silent(scene)
      return () => connectPostgres({ dsn: `postgresql://a:b@127.0.0.1:${port}/c` })
    },
  },
  ...asks("Connection"),
  ...asks("Pool"),
  database("Connection.executeMany", (connection) => connection.executeMany("select pg_sleep($1::int)", [[60]])),
  database("Connection.prepare", async (connection) => {
    void connection.execute(NAP).catch(() => undefined)
    await sleep(0)
    await connection.prepare("select 1")
  }),
  database("PreparedStatement.execute PreparedStatement.fetch PreparedStatement.fetchRow PreparedStatement.fetchValue PreparedStatement.query", async (connection) => {
    const statement = await connection.prepare(NAP)
    await statement.fetch()
  }),
  database("Connection.listen Subscription.get Subscription[Symbol.asyncIterator]", async (connection) => {
    const subscription = await connection.listen("tea")
    await subscription.get()
  }, /^PostgreSQL at .*, a notification on channel 'tea', 0 ms$/),
  database("Connection.close Connection[Symbol.asyncDispose]", async (connection) => {
    void connection.execute("select pg_sleep(1)").catch(() => undefined)
    await sleep(0)
    await connection.close()
  }, /^Connection\.close .*, 0 ms$/),
  database("Pool.acquire Pool.run Pool.transaction", async (_connection, dsn) => {
    const made = await createPool({ dsn, min: 0, max: 1 })
    try {
      await made.acquire()
      await made.acquire()
    } finally {
      made.terminate()
    }
  }, /^semaphore 'connections', its permit taken, 1st in line/),
  database("Pool.close Pool[Symbol.asyncDispose]", async (_connection, dsn) => {
    const made = await createPool({ dsn, min: 0, max: 1 })
    try {
      await made.acquire()
      await made.close()
    } finally {
      made.terminate()
    }
  }, /^the connections of the pool that are not given back, 0 ms/),
]

const TESTING: readonly Form[] = [
  {
    of: "startFaultProxy FaultProxy.close FaultProxy[Symbol.asyncDispose]",
    words: /^startFaultProxy, 0 ms$/,
    async make(scene) {
      const port = await silent(scene)
      return async () => {
        const proxy = await startFaultProxy({ host: "127.0.0.1", port })
        await proxy.close()
      }
    },
  },
  { of: "untilIdle", words: /^all other tasks to wait for 0 ms$/, make: () => () => untilIdle({ cushion: 60 }) },
  { of: "Sequencer.at Sequencer.enter", words: /^position 1 of sequencer 'steps', where it is the turn of 0$/, make: () => () => new Sequencer({ name: "steps" }).at(1) },
  { of: "Sequencer.run", words: /^position 1 of a sequencer, where it is the turn of 0$/, make: () => () => new Sequencer().run(1, () => 1) },
  { of: "assertCheckpoints assertNoCheckpoints", words: /^timer, .* left$/, make: () => () => assertCheckpoints(() => sleep(60)) },
]

/** By the entry that exports them. */
export const OTHER_FORMS: Readonly<Record<string, readonly Form[]>> = {
  "asyncio-ts/flow": FLOW,
  "asyncio-ts/executors": [
    ...pool("InterpreterPoolExecutor", () => new InterpreterPoolExecutor({ maxWorkers: 1 })),
    ...pool("ThreadPoolExecutor", () => new ThreadPoolExecutor({ maxWorkers: 1 })),
    ...pool("ProcessPoolExecutor", () => new ProcessPoolExecutor({ maxWorkers: 1 })),
  ],
  "asyncio-ts/http": HTTP,
  "asyncio-ts/postgres": POSTGRES,
  "asyncio-ts/testing": TESTING,
}
