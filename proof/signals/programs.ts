/** Programs written by hand: what has to be cleaned up is opened by `guarded`. `main…` is what the main task itself opens. */
import { spawnSync } from "node:child_process"
import * as asyncio from "asyncio-ts"
import { guarded, nap, opened } from "./guarded.ts"

export type Program = () => Promise<unknown>

const { createTask, gather, sleep, TaskGroup } = asyncio

async function acceptAndEcho(reader: asyncio.StreamReader, writer: asyncio.StreamWriter): Promise<void> {
  await guarded("connection", async () => {
    try {
      for (;;) {
        const line = await reader.readLine()
        if (line.length === 0) return
        writer.write(line)
        await writer.drain()
      }
    } finally {
      writer.close()
    }
  })
}

function portOf(server: asyncio.Server): number {
  const name = server.sockets[0]?.getsockname()
  if (name === undefined || typeof name === "string") throw new TypeError("the server listens at no port")
  return name[1]
}

/** A server and a client on it; `talk` is what the client does. */
function connected(talk: (reader: asyncio.StreamReader, writer: asyncio.StreamWriter) => Promise<unknown>): Promise<unknown> {
  return guarded("main server", async () => {
    const server = await asyncio.startServer(acceptAndEcho, "127.0.0.1", 0)
    try {
      const port = portOf(server)
      await guarded("main client", async () => {
        const [reader, writer] = await asyncio.openConnection("127.0.0.1", port)
        try {
          await talk(reader, writer)
        } finally {
          writer.close()
        }
      })
    } finally {
      server.close()
    }
  })
}

async function* numbers(count: number): AsyncGenerator<number> {
  const closed = opened("main generator")
  try {
    for (let number = 0; number < count; number += 1) {
      await sleep(0.001)
      yield number
    }
  } finally {
    try {
      await sleep(0)
    } finally {
      closed()
    }
  }
}

const sleeper = ["-e", "setTimeout(() => {}, 20)"]

export const PROGRAMS: Readonly<Record<string, Program>> = {
  "a task": () => guarded("main", () => createTask(() => guarded("child", nap))),
  "tasks that nobody awaits": () =>
    guarded("main", async () => {
      for (const name of ["one", "two", "three"]) createTask(() => guarded(name, () => nap(6), 3))
      await nap(3)
    }),
  "tasks left behind by main, which ends first": async () => {
    for (const name of ["one", "two"]) createTask(() => guarded(name, () => sleep(60), 6))
    await nap()
  },
  "a coroutine in a coroutine": () => guarded("main", () => asyncio.coroutine("outer", () => guarded("main outer", () => asyncio.coroutine("inner", () => guarded("main inner", nap))()))()),
  gather: () => guarded("main", () => gather(["a", "b", "c"].map((name, index) => asyncio.coroutine(name, () => guarded(name, () => nap(index + 1)))()))),
  "gather with a limit": () => guarded("main", () => gather(["a", "b", "c"].map((name) => asyncio.coroutine(name, () => guarded(name, nap))()), { limit: 1 })),
  "gather with returnExceptions": () =>
    guarded("main", () => gather([() => guarded("a", () => nap(1)), () => guarded("b", () => Promise.reject(new Error("b")))], { returnExceptions: true })),
  "a group": () =>
    guarded("main", () =>
      new TaskGroup().run(async (group) => {
        for (const name of ["a", "b"]) group.createTask(() => guarded(name, () => nap(3), 2))
        await guarded("main body", nap)
      }),
    ),
  "a group in a group": () =>
    guarded("main", () =>
      new TaskGroup().run(async (outer) => {
        outer.createTask(() => guarded("outer", () => new TaskGroup().run((inner) => void inner.createTask(() => guarded("inner", nap)))))
        await nap(1)
      }),
    ),
  "a group whose child fails": () =>
    guarded("main", async () => {
      const group = new TaskGroup().run(async (own) => {
        own.createTask(() => guarded("sibling", () => nap(5), 2))
        own.createTask(() => guarded("failing", async () => {
          await nap(1)
          throw new RangeError("planned")
        }))
      })
      await group.catch((error: unknown) => {
        if (!(error instanceof asyncio.ExceptionGroup)) throw error
      })
    }),
  "a full group": () =>
    guarded("main", () =>
      new TaskGroup({ limit: 1 }).run(async (group) => {
        for (const name of ["a", "b", "c"]) await group.createTask(asyncio.coroutine(name, () => guarded(name, () => nap(1)))())
      }),
    ),
  "a timeout that is not reached": () => guarded("main", () => asyncio.timeout(60).run(() => guarded("main inside", () => nap(3)))),
  "a timeout that is reached": () =>
    guarded("main", () => asyncio.moveOnAfter(0.003).run(() => guarded("main inside", () => sleep(60), 3))),
  waitFor: () => guarded("main", () => asyncio.waitFor(asyncio.coroutine("inside", () => guarded("inside", () => nap(3), 2))(), 60)),
  wait: () =>
    guarded("main", async () => {
      const tasks = ["a", "b"].map((name, index) => createTask(() => guarded(name, () => nap(2 + index))))
      await asyncio.wait(tasks, { returnWhen: asyncio.FIRST_COMPLETED })
      await asyncio.wait(tasks, { timeout: 0.001 })
    }),
  asCompleted: () =>
    guarded("main", async () => {
      for await (const done of asyncio.asCompleted(["a", "b", "c"].map((name) => createTask(() => guarded(name, nap))))) done.result()
    }),
  "a shield": () => guarded("main", () => asyncio.shield(createTask(() => guarded("shielded", () => nap(4), 2)))),
  "a clean-up that is shielded": () =>
    guarded("main", async () => {
      try {
        await nap()
      } finally {
        await asyncio.shield(createTask(() => guarded("last", () => nap(3))))
      }
    }),
  "a lock": () =>
    guarded("main", () => {
      const lock = new asyncio.Lock()
      return gather(["a", "b", "c"].map((name) => asyncio.coroutine(name, () => lock.run(() => guarded(name, () => nap(1), 2)))()))
    }),
  "a semaphore and an event": () =>
    guarded("main", async () => {
      const permits = new asyncio.Semaphore(2)
      const go = new asyncio.Event()
      const tasks = ["a", "b", "c"].map((name) => createTask(() => permits.run(() => guarded(name, () => go.wait()))))
      await nap(2)
      go.set()
      await gather(tasks)
    }),
  "a condition": () =>
    guarded("main", async () => {
      const condition = new asyncio.Condition()
      const tasks = ["a", "b"].map((name) => createTask(() => condition.run(() => guarded(name, () => condition.wait(), 0))))
      for (const _ of tasks) {
        await nap(1)
        await condition.run(() => condition.notify())
      }
      await gather(tasks)
    }),
  "a barrier": () =>
    guarded("main", () => {
      const barrier = new asyncio.Barrier(3)
      return gather([1, 2, 3].map((times) => asyncio.coroutine(`${times}`, () => guarded(`${times}`, async () => {
        await nap(times)
        await barrier.wait()
      }))()))
    }),
  "a queue": () =>
    guarded("main", async () => {
      const queue = new asyncio.Queue<number>(1)
      const consumer = createTask(() => guarded("consumer", async () => {
        for (;;) {
          await queue.get()
          await guarded("item", () => nap(1))
          queue.taskDone()
        }
      }))
      for (let item = 0; item < 3; item += 1) await queue.put(item)
      await queue.join()
      consumer.cancel()
      await asyncio.wait([consumer])
    }),
  "a queue that is read in a loop": () =>
    guarded("main", async () => {
      const queue = new asyncio.Queue<number>()
      const producer = createTask(() => guarded("producer", async () => {
        for (let item = 0; item < 3; item += 1) {
          await nap(1)
          queue.putNowait(item)
        }
        queue.shutdown()
      }))
      for await (const _ of queue) await nap(1)
      await producer
    }),
  "a real connection": () =>
    connected(async (reader, writer) => {
      for (const word of ["one", "two"]) {
        writer.write(`${word}\n`)
        await writer.drain()
        await reader.readLine()
      }
    }),
  "a real connection that waits for nothing": () => connected((reader) => asyncio.moveOnAfter(0.01).run(() => guarded("main reading", () => reader.readLine()))),
  "a server that serves until it is ended": () =>
    guarded("main", async () => {
      const server = await asyncio.startServer(acceptAndEcho, "127.0.0.1", 0)
      await asyncio.moveOnAfter(0.01).run(() => guarded("main serving", () => server.serveForever()))
    }),
  "a process": () =>
    guarded("main", async () => {
      const child = await asyncio.createSubprocessExec(process.execPath, sleeper)
      try {
        await guarded("main waiting", () => child.wait())
      } finally {
        if (child.returncode === null) child.kill()
        await asyncio.shield(createTask(() => child.wait()))
      }
    }),
  "a process whose output is read": () =>
    guarded("main", async () => {
      const child = await asyncio.createSubprocessExec(process.execPath, ["-e", "console.log(1)"], { stdout: asyncio.subprocess.PIPE })
      try {
        await guarded("main reading", () => child.communicate())
      } finally {
        if (child.returncode === null) child.kill()
        await asyncio.shield(createTask(() => child.wait()))
      }
    }),
  "a thread": () => guarded("main", () => asyncio.toThread(() => 1)),
  "a pool of threads": () =>
    guarded("main", async () => {
      const { ThreadPoolExecutor } = await asyncio.wrapFuture(import("asyncio-ts/executors"))
      await within(new ThreadPoolExecutor({ maxWorkers: 1 }), (pool) => guarded("main jobs", () => gather([pool.submit(() => 1), pool.submit(() => 2)])))
    }),
  "a pool of processes": () =>
    guarded("main", async () => {
      const { ProcessPoolExecutor } = await asyncio.wrapFuture(import("asyncio-ts/executors"))
      await within(new ProcessPoolExecutor({ maxWorkers: 1 }), (pool) => guarded("main job", () => pool.submit(() => 1)))
    }),
  "a generator": () =>
    guarded("main", async () => {
      for await (const number of numbers(4)) if (number % 2 === 0) await guarded("main item", () => nap(1))
    }),
  "a generator that is left early": () =>
    guarded("main", async () => {
      for await (const number of numbers(9)) if (number === 2) break
      await nap(1)
    }),
  "locks, one in the other": () =>
    guarded("main", async () => {
      const [one, two] = [new asyncio.Lock(), new asyncio.Lock()]
      await gather(["a", "b"].map((name) => asyncio.coroutine(name, () => one.run(() => guarded(name, () => two.run(() => guarded(`${name} inside`, () => nap(1))))))()))
    }),
  "a promise of the host": () => guarded("main", () => asyncio.wrapFuture(new Promise((resolve) => setTimeout(resolve, 5)))),
  "a bare promise of the host, in a coroutine": () =>
    guarded("main", async () => {
      const bare = asyncio.coroutine("bare", () => new Promise((resolve) => setTimeout(resolve, 5)))
      await nap(1)
      await bare()
      await nap(1)
    }),
  "a callback of the host": () => guarded("main", () => asyncio.fromCallback<void>((callback) => void setTimeout(() => callback(null), 3))),
  "a loop that is blocked": () =>
    guarded("main", async () => {
      const other = createTask(() => guarded("other", () => nap(4)))
      for (let times = 0; times < 3; times += 1) {
        await nap(1)
        for (const until = performance.now() + 20; performance.now() < until; );
      }
      await other
    }),
  "a loop that is blocked by a process": () =>
    guarded("main", async () => {
      await nap(1)
      spawnSync(process.execPath, ["-e", ""])
      await nap(1)
    }),
  "a loop that spins": () =>
    guarded("main", async () => {
      for (let times = 0; times < 12; times += 1) await sleep(0)
    }),
  "a start that waits until it is ready": () =>
    guarded("main", () =>
      new TaskGroup().run(async (group) => {
        await group.start<string>((ready) => guarded("service", async () => {
          await nap(1)
          ready("up")
          await nap(3)
        }))
      }),
    ),
  "files": () =>
    guarded("main", async () => {
      for (let times = 0; times < 3; times += 1) await guarded("main file", () => asyncio.files.read(import.meta.filename))
    }),
}

interface Closes {
  shutdown(): PromiseLike<unknown>
}

/** Node 22 has no `await using`. */
async function within<P extends Closes>(pool: P, body: (pool: P) => PromiseLike<unknown>): Promise<void> {
  try {
    await body(pool)
  } finally {
    await pool.shutdown()
  }
}
