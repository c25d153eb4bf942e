import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import * as postgres from "asyncio-ts/postgres"
import { PASSWORD, skip, startServer, type Server } from "./support/server.ts"

/** What the server does for pools. */
const RUNNING = "SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'pool' AND state <> 'idle'"
const OPEN = "SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'pool'"

describe("a pool", { skip }, () => {
  let server: Server
  before(async () => {
    server = await startServer()
  })
  after(() => server.remove())

  /** Runs `body` with a pool and a connection that looks at what the server does. */
  function pooled(name: string, options: postgres.PoolOptions, body: (pool: postgres.Pool, observer: postgres.Connection) => Promise<void>): void {
    it(name, () =>
      asyncio.run(async () => {
        const observer = await postgres.connect(server.dsn)
        const pool = await postgres.createPool({ dsn: server.dsn, applicationName: "pool", ...options })
        try {
          await body(pool, observer)
          await pool.close()
          assert.equal(pool.statistics().size, 0)
        } finally {
          pool.terminate()
          await observer.close()
        }
      }),
    )
  }

  pooled("runs queries at the same time, each on a connection of its own", { max: 4 }, async (pool, observer) => {
    await observer.fetch("SELECT pg_advisory_lock(1)")
    const work = asyncio.gather([1, 2, 3, 4].map((n) => () => pool.fetchValue("SELECT $1::int FROM pg_advisory_xact_lock_shared(1)", n)))
    await asyncio.timeout(30).run(async () => {
      while ((await observer.fetchValue<number>(RUNNING)) !== 4) await asyncio.sleep(0.005)
    })
    await observer.fetch("SELECT pg_advisory_unlock(1)")
    assert.deepEqual(await work, [1, 2, 3, 4])
    assert.deepEqual(pool.statistics(), { min: 1, max: 4, size: 4, idle: 4, inUse: 0, tasksWaiting: 0, closed: false })
  })

  pooled("never opens more than max connections for 200 tasks, and serves all of them", { max: 5 }, async (pool) => {
    let most = 0
    const one = async (n: number): Promise<number | undefined> => {
      const value = await (n % 2 === 0
        ? pool.fetchValue<number>("SELECT $1::int", n)
        : pool.run((connection) => connection.transaction().run(() => connection.fetchValue<number>("SELECT $1::int", n))))
      const { size, inUse, max } = pool.statistics()
      most = Math.max(most, size)
      assert.ok(inUse <= max)
      return value
    }
    const numbers = Array.from({ length: 200 }, (_, n) => n)
    assert.deepEqual(await asyncio.gather(numbers.map((n) => () => one(n))), numbers)
    assert.equal(most, 5)
  })

  pooled("loses no place to tasks that are cancelled at any moment", { max: 3 }, async (pool, observer) => {
    const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 1e9))
    let state = seed
    const random = (below: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      return state % below
    }
    try {
      const tasks = Array.from({ length: 120 }, (_, n) =>
        asyncio.createTask(async () => {
          const kind = n % 4
          if (kind === 0) return pool.fetch("SELECT pg_sleep(0.005)")
          if (kind === 1) return pool.run((connection) => connection.fetch("SELECT pg_sleep(0.002)"))
          if (kind === 2) return pool.transaction(async (connection) => {
            await connection.fetch("SELECT 1")
            await asyncio.sleep(0.002)
          })
          const connection = await pool.acquire()
          try {
            for await (const row of connection.cursor("SELECT n FROM generate_series(1, 50) AS n", [], { batchSize: 10 })) void row
          } finally {
            connection.release()
          }
        }),
      )
      for (let i = 0; i < 80; i += 1) {
        tasks[random(tasks.length)]?.cancel()
        await asyncio.sleep(random(4) === 0 ? 0.002 : 0)
      }
      const done = await asyncio.gather(tasks, { returnExceptions: true })
      assert.deepEqual(done.filter((one) => one instanceof Error && !(one instanceof asyncio.CancelledError)), [])
      assert.deepEqual(await asyncio.gather(Array.from({ length: 9 }, (_, n) => () => pool.fetchValue("SELECT $1::int", n))), [0, 1, 2, 3, 4, 5, 6, 7, 8])
      assert.equal(await observer.fetchValue(RUNNING), 0)
      const { inUse, size } = pool.statistics()
      assert.deepEqual([inUse, size], [0, 3])
    } catch (error) {
      console.log(`SEED=${seed}`)
      throw error
    }
  })

  pooled("stops a cancelled query in the server, and gives its connection to the next", { max: 1 }, async (pool, observer) => {
    const slow = asyncio.createTask(pool.fetch("SELECT pg_sleep(60)"))
    const next = asyncio.createTask(pool.fetchValue("SELECT pg_backend_pid()"))
    while ((await observer.fetchValue<number>(RUNNING)) !== 1) await asyncio.sleep(0.005)
    assert.equal(pool.statistics().tasksWaiting, 1)
    slow.cancel()
    await assert.rejects(slow, asyncio.CancelledError)
    assert.ok(typeof (await next) === "number")
    assert.equal(await observer.fetchValue(RUNNING), 0)
    assert.equal(pool.statistics().size, 1)
  })

  pooled("says why nothing was free in time, and loses no place by it", { max: 1, acquireTimeout: 0.05 }, async (pool) => {
    const held = await pool.acquire()
    await assert.rejects(pool.fetch("SELECT 1"), (error: Error) => {
      assert.ok(error instanceof asyncio.TimeoutError)
      assert.equal(error.message, "no connection of the pool was free within 0.05 s: 1 of 1 are in use, and 0 tasks wait; give them back sooner, or raise max")
      return true
    })
    held.release()
    assert.equal(await pool.fetchValue("SELECT 1"), 1)
  })

  pooled("brings what comes back to rest", { max: 1 }, async (pool) => {
    const first = await pool.acquire()
    const { processId } = first
    const news = await first.listen("x")
    await first.execute("CREATE TABLE IF NOT EXISTS rest (n int)")
    await first.transaction().start()
    await first.execute("INSERT INTO rest VALUES (1)")
    first[Symbol.dispose]()
    await assert.rejects(news.get(), /^RuntimeError: the subscription to 'x' ended when its connection went back to the pool/)
    assert.throws(() => first.fetch("SELECT 1"), /^RuntimeError: this connection was given back to its pool; acquire another$/)
    await pool.run(async (second) => {
      assert.equal(second.processId, processId)
      assert.ok(!second.inTransaction())
      assert.deepEqual(await second.fetch("SELECT * FROM rest"), [])
      assert.deepEqual(await second.fetch("SELECT pg_listening_channels()"), [])
      await second.transaction().run(() => second.execute("INSERT INTO rest VALUES (2)"))
    })
    first.release()
    assert.equal(await pool.fetchValue("SELECT n FROM rest"), 2)
  })

  pooled("takes nothing any more from who gave a connection back, whatever they still hold of it", { max: 1 }, async (pool) => {
    const lent = await pool.acquire()
    await lent.execute("CREATE TEMP TABLE kept (n int)")
    const statement = await lent.prepare("SELECT 1")
    const open = lent.transaction()
    await open.start()
    await lent.execute("INSERT INTO kept VALUES (1)")
    const held: (() => PromiseLike<unknown>)[] = [
      () => statement.fetch(),
      ...[lent.cursor("SELECT 1"), lent.cursor("SELECT 2")].map((cursor) => () => cursor.fetch()),
      ...[lent.fetch("SELECT 1"), lent.prepare("SELECT 3"), lent.listen("teas"), lent.copyFrom("COPY kept FROM STDIN", ["5\n"])].map((cold) => () => cold),
      ...[lent.transaction(), lent.transaction()].map((transaction) => () => transaction.start()),
      ...[lent.copyTo("COPY kept TO STDOUT")].map((copy) => () => copy.next()),
      () => open.commit(),
      () => open.rollback(),
    ]
    lent.release()
    await pool.transaction(async (next) => {
      const theirs = await next.prepare("SELECT 1")
      await next.execute("INSERT INTO kept VALUES (2)")
      for (const use of held) await assert.rejects(async () => use(), /^RuntimeError: this connection was given back to its pool; acquire another/)
      await statement.close()
      await open.abandon()
      assert.equal(await theirs.fetchValue(), 1)
    })
    assert.deepEqual(await pool.fetch("SELECT n FROM kept"), [{ n: 2 }])
  })

  pooled("keeps idle connections for times that no timer of the host's can wait", { min: 0, max: 2, idleTimeout: 1e9 }, async (pool) => {
    for (const connection of await asyncio.gather([pool.acquire(), pool.acquire()])) connection.release()
    await asyncio.sleep(0.02)
    assert.equal(pool.statistics().idle, 2)
  })

  pooled("closes what nobody needs, down to min", { min: 1, max: 3, idleTimeout: 0.05 }, async (pool, observer) => {
    const all = [await pool.acquire(), await pool.acquire(), await pool.acquire()]
    assert.equal(pool.statistics().size, 3)
    for (const connection of all) connection.release()
    while ((await observer.fetchValue<number>(OPEN)) !== 1) await asyncio.sleep(0.01)
    assert.equal(pool.statistics().size, 1)
  })

  pooled("replaces connections that the server has closed, also unseen ones", { max: 2, checkAfter: 0 }, async (pool, observer) => {
    await asyncio.gather([1, 2].map(() => () => pool.fetch("SELECT pg_sleep(0.02)")))
    await observer.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pool'")
    assert.equal(await pool.fetchValue("SELECT 1"), 1)
    assert.deepEqual(await asyncio.gather([1, 2, 3].map((n) => () => pool.fetchValue("SELECT $1::int", n))), [1, 2, 3])
  })

  pooled("waits for what is out when it closes, and refuses those in line", { max: 1 }, async (pool) => {
    const connection = await pool.acquire()
    const waiting = asyncio.createTask(pool.fetch("SELECT 1"))
    await asyncio.sleep(0)
    const closing = asyncio.createTask(pool.close())
    await assert.rejects(waiting, /^RuntimeError: the pool is closed; make another with createPool\(…\)$/)
    assert.ok(!closing.done())
    assert.equal(await connection.fetchValue("SELECT 'still'"), "still")
    connection.release()
    await closing
    await assert.rejects(pool.acquire(), /^RuntimeError: the pool is closed/)
    assert.match(pool.toString(), /^<Pool \[closed, connections:0\/1, in use:0\]>$/)
  })

  pooled("that is told to close, and cancelled at it, breaks all off", { max: 2 }, async (pool, observer) => {
    const connection = await pool.acquire()
    const query = asyncio.createTask(connection.fetch("SELECT 1 FROM pg_sleep(1)"))
    await assert.rejects(asyncio.waitFor(pool.close(), 0.02), asyncio.TimeoutError)
    await assert.rejects(query, /is closed/)
    connection.release()
    while ((await observer.fetchValue<number>(OPEN)) !== 0) await asyncio.sleep(0.01)
  })

  it("that is forgotten is broken off with its loop, as a connection is", async () => {
    await asyncio.run(async () => {
      await postgres.createPool({ dsn: server.dsn, applicationName: "pool", min: 2 })
      await postgres.connect({ dsn: server.dsn, applicationName: "pool" })
    })
    await asyncio.run(async () => {
      const observer = await postgres.connect(server.dsn)
      while ((await observer.fetchValue<number>(OPEN)) !== 0) await asyncio.sleep(0.01)
      await observer.close()
    })
  })

  it("refuses options that cannot be, and tells at once that it cannot connect", () =>
    asyncio.run(async () => {
      assert.throws(() => postgres.createPool({ min: 3, max: 2 }), /^RangeError: min of a pool must be at most its max, but is 3 with a max of 2$/)
      assert.throws(() => postgres.createPool({ max: 0 }), /^RangeError: max of a pool must be at least 1/)
      assert.throws(() => postgres.createPool({ idleTimeout: -1 }), /^RangeError: idleTimeout of a pool must not be negative/)
      await assert.rejects(postgres.createPool({ dsn: server.dsn, password: "wrong", min: 2 }), postgres.InvalidPasswordError)
      await assert.rejects(postgres.createPool({ dsn: server.dsn, ssl: true }), /^SSLError: cannot connect to PostgreSQL at .*: The server does not support SSL connections$/)
      const pool = await postgres.createPool({ dsn: server.dsn, password: "wrong", min: 0, max: 1 })
      for (let i = 0; i < 3; i += 1) await assert.rejects(pool.fetch("SELECT 1"), postgres.InvalidPasswordError)
      await pool.close()
    }))

  describe("a transaction", () => {
    pooled("is kept when its body ends, and undone when it throws or is cancelled", { max: 2 }, async (pool) => {
      await pool.execute("CREATE TABLE kept (n int PRIMARY KEY)")
      assert.equal(await pool.transaction((connection) => connection.execute("INSERT INTO kept VALUES (1)")), 1)
      await assert.rejects(pool.transaction(async (connection) => {
        await connection.execute("INSERT INTO kept VALUES (2)")
        throw new RangeError("on purpose")
      }), /^RangeError: on purpose$/)
      await assert.rejects(asyncio.timeout(0.05).run(() => pool.transaction(async (connection) => {
        await connection.execute("INSERT INTO kept VALUES (3)")
        await connection.fetch("SELECT pg_sleep(60)")
      })), asyncio.TimeoutError)
      assert.deepEqual(await pool.fetch("SELECT n FROM kept"), [{ n: 1 }])
    })

    pooled("inside another is a savepoint", { max: 1 }, async (pool) => {
      await pool.execute("CREATE TABLE nested (n int PRIMARY KEY)")
      await pool.transaction(async (connection) => {
        await connection.execute("INSERT INTO nested VALUES (1)")
        await assert.rejects(connection.transaction().run(async (inner) => {
          assert.match(inner.toString(), /^<Transaction \[open, savepoint asyncio_\d+\]>$/)
          await connection.execute("INSERT INTO nested VALUES (2)")
          await connection.execute("INSERT INTO nested VALUES (1)")
        }), postgres.UniqueViolationError)
        await connection.transaction().run(() => connection.execute("INSERT INTO nested VALUES (3)"))
      })
      assert.deepEqual(await pool.fetch("SELECT n FROM nested ORDER BY n"), [{ n: 1 }, { n: 3 }])
    })

    pooled("whose failed statement was swallowed does not pass for committed", { max: 1 }, async (pool) => {
      await assert.rejects(pool.transaction(async (connection) => {
        await connection.execute("CREATE TABLE never (n int)")
        await connection.fetch("SELECT 1 / 0").catch(() => {})
      }), (error: Error) => error instanceof postgres.InFailedTransactionError && /a statement of it had failed/.test(error.message))
      assert.equal(await pool.fetchValue("SELECT to_regclass('never')"), null)
    })

    pooled("has the isolation that was asked for, and runs again after a conflict", { max: 2 }, async (pool) => {
      await pool.execute("CREATE TABLE counter (n int); INSERT INTO counter VALUES (0)")
      assert.equal(await pool.transaction((connection) => connection.fetchValue("SHOW transaction_isolation"), { isolation: "repeatable read", readOnly: true }), "repeatable read")
      await assert.rejects(pool.transaction((connection) => connection.execute("UPDATE counter SET n = 9"), { readOnly: true }), postgres.ReadOnlyTransactionError)
      let runs = 0
      // Both read before either writes, the first time.
      const both = new asyncio.Barrier(2)
      const increment = async (retries: number): Promise<void> => {
        let first = true
        await pool.transaction(async (connection) => {
          runs += 1
          const n = await connection.fetchValue<number>("SELECT n FROM counter")
          if (first) await both.wait()
          first = false
          await connection.execute("UPDATE counter SET n = $1", (n ?? 0) + 1)
        }, { isolation: "serializable", retries })
      }
      await asyncio.gather([1, 2].map(() => () => increment(10)))
      assert.equal(await pool.fetchValue("SELECT n FROM counter"), 2)
      assert.ok(runs >= 3, `${runs}`)
      const results = await asyncio.gather([1, 2].map(() => () => increment(0)), { returnExceptions: true })
      assert.equal(results.filter((one) => (one as unknown) instanceof postgres.SerializationError).length, 1)
      assert.throws(() => new postgres.Transaction(undefined as never, { isolation: "none" as never }), /^TypeError: isolation is one of "read committed", /)
    })

    pooled("that is cancelled while it is rolled back ends cancelled, and rolled back", { max: 1 }, async (pool) => {
      await pool.execute("CREATE TABLE twice (n int)")
      const failed = new asyncio.Event()
      const task = asyncio.createTask(pool.transaction(async (connection) => {
        await connection.execute("INSERT INTO twice VALUES (1)")
        failed.set()
        throw new RangeError("on purpose")
      }))
      await failed.wait()
      task.cancel()
      await assert.rejects(task, asyncio.CancelledError)
      assert.deepEqual(await pool.fetch("SELECT n FROM twice"), [])
    })

    pooled("is used once, and ended in order", { max: 1 }, async (pool) => {
      await pool.run(async (connection) => {
        const outer = connection.transaction()
        await assert.rejects(outer.commit(), /^RuntimeError: cannot commit: this transaction has not begun; call start\(\) first$/)
        await outer.start()
        await assert.rejects(outer.start(), /^RuntimeError: this transaction is open; make a new one for each use$/)
        const inner = connection.transaction()
        await inner.start()
        await assert.rejects(outer.commit(), /^RuntimeError: this transaction was rolled back: one that was begun in it was still open/)
        assert.ok(!connection.inTransaction())
        await assert.rejects(outer.rollback(), /^RuntimeError: cannot rollback: this transaction is rolled back already$/)
        assert.equal(await connection.fetchValue("SELECT 1"), 1)
      })
    })
  })

  it("does in the program of its documentation what that says", () => {
    const source = readFileSync(join(import.meta.dirname, "../../src/postgres/index.ts"), "utf8")
    const program = (/```ts\n([^]*?) \* ```/.exec(source)?.[1] ?? "").replace(/^ \* ?/gm, "")
    const env = { ...process.env, PGHOST: "127.0.0.1", PGPORT: String(server.port), PGUSER: "tester", PGPASSWORD: PASSWORD, PGDATABASE: "postgres" }
    const options = ["--conditions=asyncio-ts:source", "--input-type=module-typescript", "--eval", program]
    const printed = execFileSync(process.execPath, options, { env, cwd: join(import.meta.dirname, "../.."), encoding: "utf8" })
    const said = [...program.matchAll(/\/\/ -> (.*)$/gm)].flatMap(([, text = ""]) => text.split(", then "))
    assert.deepEqual(printed.trim().split("\n"), said)
    assert.equal(said.length, 5)
  })

  // Last, since the others use the server.
  describe("whose server is killed", () => {
    pooled("fails what is under way, and serves again when the server is back", { max: 3 }, async (pool, observer) => {
      const queries = [1, 2].map(() => asyncio.createTask(pool.fetch("SELECT pg_sleep(60)")))
      const transaction = asyncio.createTask(pool.transaction(async (connection) => {
        await connection.fetch("SELECT 1")
        await connection.fetch("SELECT pg_sleep(60)")
      }))
      const waiting = asyncio.createTask(pool.fetch("SELECT 1"))
      while ((await observer.fetchValue<number>(RUNNING)) !== 3) await asyncio.sleep(0.01)
      await asyncio.wrapFuture(server.kill())
      const results = await asyncio.gather([...queries, transaction, waiting], { returnExceptions: true })
      const names = results.map((result) => (result as unknown as Error).name)
      for (const name of names.slice(0, 3)) assert.match(name, /^(ConnectionResetError|ServerUnavailableError)$/)
      assert.match((results[0] as unknown as Error).message, /SELECT pg_sleep\(60\)/)
      assert.match(names[3] ?? "", /^(ConnectionRefusedError|ConnectionResetError|ServerUnavailableError)$/)
      await assert.rejects(pool.fetch("SELECT 1"), (error: Error) => error.name === "ConnectionRefusedError")
      assert.equal(pool.statistics().inUse, 0)
      await asyncio.wrapFuture(server.start())
      assert.equal(await pool.fetchValue("SELECT 'back'"), "back")
      assert.deepEqual(await asyncio.gather([1, 2, 3, 4].map((n) => () => pool.fetchValue("SELECT $1::int", n))), [1, 2, 3, 4])
    })
  })
})
