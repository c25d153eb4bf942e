import assert from "node:assert/strict"
import { createServer } from "node:net"
import { after, before, describe, it } from "node:test"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as asyncio from "asyncio-ts"
import * as postgres from "asyncio-ts/postgres"
import { cancelProxy } from "./support/cancel-proxy.ts"
import { skip, startServer, PASSWORD, type Server } from "./support/server.ts"

/** What the server does for other connections than the one that asks. */
const RUNNING = "SELECT count(*)::int FROM pg_stat_activity WHERE state <> 'idle' AND backend_type = 'client backend' AND pid <> pg_backend_pid()"

describe("a connection", { skip }, () => {
  let server: Server
  before(async () => {
    server = await startServer({ tls: true })
  })
  after(() => server.remove())

  function connected(name: string, body: (connection: postgres.Connection) => Promise<void>): void {
    it(name, () =>
      asyncio.run(async () => {
        const connection = await postgres.connect(server.dsn)
        try {
          await body(connection)
        } finally {
          await connection.close()
        }
      }),
    )
  }

  connected("gives rows, a row, a value, a count and the whole result", async (connection) => {
    assert.deepEqual(await connection.fetch("SELECT * FROM (VALUES (1, 'a'), (2, NULL)) AS t (n, s)"), [{ n: 1, s: "a" }, { n: 2, s: null }])
    assert.deepEqual(await connection.fetchRow("SELECT $1::int AS n, $2::text AS s", 7, null), { n: 7, s: null })
    assert.equal(await connection.fetchRow("SELECT 1 WHERE false"), undefined)
    assert.equal(await connection.fetchValue("SELECT $1::int + 1", 41), 42)
    assert.equal(await connection.fetchValue("SELECT 1 WHERE false"), undefined)
    assert.equal(await connection.execute("CREATE TEMP TABLE t (n int); INSERT INTO t VALUES (1), (2), (3)"), 3)
    assert.equal(await connection.execute("UPDATE t SET n = n + $1", 1), 3)
    const { rowCount, command, fields } = await connection.query("SELECT n FROM t")
    assert.deepEqual([rowCount, command, fields.map(({ name }) => name)], [3, "SELECT", ["n"]])
  })

  connected("sends the values of a template as parameters", async (connection) => {
    const name = "'; DROP TABLE x; --"
    const condition = postgres.sql`length(${name}) > ${3}`
    assert.equal(await connection.fetchValue(postgres.sql`SELECT ${name} WHERE ${condition}`), name)
    assert.throws(() => connection.fetch(postgres.sql`SELECT ${1}`, 2), /^TypeError: fetch was given sql`…`, which holds its parameters, and 1 more/)
  })

  connected("sends the queries of several tasks one after the other", async (connection) => {
    const results = await asyncio.gather([3, 1, 2].map((n) => () => connection.fetchValue("SELECT $1::int FROM pg_sleep(0.01)", n)))
    assert.deepEqual(results, [3, 1, 2])
  })

  connected("runs a command for many lists of parameters, all or none", async (connection) => {
    await connection.execute("CREATE TEMP TABLE many (n int PRIMARY KEY, s text)")
    assert.equal(await connection.executeMany("INSERT INTO many VALUES ($1, $2)", Array.from({ length: 5000 }, (_, n) => [n, `text ${n}`])), 5000)
    await assert.rejects(connection.executeMany("INSERT INTO many VALUES ($1, $2)", [[5001, "new"], [1, "old"]]), postgres.UniqueViolationError)
    const circle: { self?: unknown } = {}
    circle.self = circle
    await assert.rejects(connection.executeMany("INSERT INTO many VALUES ($1, $2)", [[5001, "new"], [5002, circle]]), /circular/i)
    assert.equal(await connection.fetchValue("SELECT count(*)::int FROM many"), 5000)
    assert.equal(await connection.executeMany("INSERT INTO many VALUES ($1, $2)", []), 0)
  })

  connected("gives the first value also where several columns have one name", async (connection) => {
    assert.equal(await connection.fetchValue("SELECT 1, 2"), 1)
    assert.equal(await connection.fetchValue("SELECT 1; SELECT 5, 6"), 5)
    const statement = await connection.prepare("SELECT 3 AS n, $1::int AS n")
    assert.deepEqual([await statement.fetchValue(4), await statement.fetchRow(4)], [3, { n: 4 }])
  })

  connected("refuses many exchanges that cannot be sent without running out of stack", async (connection) => {
    const statement = await connection.prepare("SELECT 1")
    const slow = asyncio.createTask(connection.fetch("SELECT pg_sleep(0.05)"))
    await asyncio.sleep(0)
    const closing = asyncio.createTask(statement.close())
    await asyncio.sleep(0)
    const late = await asyncio.gather(Array.from({ length: 15_000 }, () => () => statement.fetch().then(String, (error: Error) => error.name)))
    await asyncio.gather([slow, closing])
    assert.deepEqual([...new Set(late)], ["RuntimeError"])
    assert.equal(await connection.fetchValue("SELECT 1"), 1)
  })

  connected("refuses at the call what would harm the connection", async (connection) => {
    assert.throws(() => connection.cursor("SELECT 1", [], { batchSize: 2 ** 40 }), /^RangeError: batchSize of a cursor must be at most 2147483647/)
    assert.throws(() => connection.cursor("SELECT 1", "text" as never), /^TypeError: a cursor takes the parameters as a list/)
    assert.throws(() => connection.executeMany("SELECT 1", 3 as never), /^TypeError: executeMany takes a list of lists/)
    assert.throws(() => connection.listen("x".repeat(64)), /^RangeError: the name of a channel has at most 63 bytes/)
    await assert.rejects(connection.copyFrom("COPY (SELECT 1) TO STDOUT", ["2"]), /^TypeError: Connection\.copyFrom takes a COPY … FROM STDIN/)
    await connection.execute("CREATE TEMP TABLE pieces (n int)")
    await assert.rejects(connection.copyFrom("COPY pieces FROM STDIN", ["1\n", 2 as never]), /^TypeError: copyFrom takes pieces of text or bytes, and 2 is among them/)
    assert.equal(await connection.fetchValue("SELECT count(*)::int FROM pieces"), 0)
  })

  it("takes times that are longer than a timer of the host's for no limit", () =>
    asyncio.run(async () => {
      for (const seconds of [1e9, Infinity]) {
        const connection = await postgres.connect({ dsn: server.dsn, connectTimeout: seconds, statementTimeout: seconds, cancelTimeout: seconds })
        try {
          assert.equal(await connection.fetchValue("SELECT 1 FROM pg_sleep(0.02)"), 1)
          await assert.rejects(asyncio.waitFor(connection.fetchValue("SELECT pg_sleep(10)"), 0.02), asyncio.TimeoutError)
          assert.equal(await connection.fetchValue("SELECT 2"), 2)
        } finally {
          await connection.close()
        }
      }
    }))

  it("refuses options of wrong types at the call, and not in the midst of connecting", () => {
    for (const options of [{ host: 3 }, { user: 3 }, { database: 3 }, { password: 3 }, { ssl: "x" }, { types: 3 }, { applicationName: 3 }]) {
      assert.throws(() => postgres.connect(options as never), TypeError, Object.keys(options)[0])
    }
  })

  connected("goes on after a value that cannot be written", async (connection) => {
    const circle: { self?: unknown } = {}
    circle.self = circle
    await assert.rejects(connection.fetch("SELECT $1::json", circle), /circular/i)
    assert.equal(await connection.fetchValue("SELECT $1::int", 5), 5)
  })

  connected("prepares a query once for the same text, and refuses a statement that is closed", async (connection) => {
    const first = await connection.prepare("SELECT $1::int * 2 AS double")
    const second = await connection.prepare("SELECT $1::int * 2 AS double")
    assert.deepEqual([await first.fetchValue(4), await second.fetchRow(5)], [8, { double: 10 }])
    assert.equal(await connection.fetchValue("SELECT count(*)::int FROM pg_prepared_statements"), 1)
    await first.close()
    assert.equal(await connection.fetchValue("SELECT count(*)::int FROM pg_prepared_statements"), 0)
    await assert.rejects(second.fetch(1), /^RuntimeError: <PreparedStatement 'SELECT \$1::int \* 2 AS double'> is closed; prepare it again$/)
    await assert.rejects(connection.prepare("SELEC 1"), postgres.PostgresSyntaxError)
    assert.equal(await connection.fetchValue("SELECT 1"), 1)
  })

  describe("tells what the server refuses", () => {
    const cases: [what: string, query: string, error: Function, facts: object][] = [
      ["a duplicate key", "INSERT INTO refused VALUES (1, 1)", postgres.UniqueViolationError, { code: "23505", table: "refused", constraint: "refused_pkey", detail: "Key (n)=(1) already exists." }],
      ["a null", "INSERT INTO refused VALUES (2, NULL)", postgres.NotNullViolationError, { code: "23502", column: "m" }],
      ["a check", "INSERT INTO refused VALUES (2, -1)", postgres.CheckViolationError, { code: "23514", constraint: "refused_m_check" }],
      ["a foreign key", "INSERT INTO referring VALUES (9)", postgres.ForeignKeyViolationError, { code: "23503", table: "referring" }],
      ["a syntax error", "SELECT 1 FORM x", postgres.PostgresSyntaxError, { code: "42601", position: 15, query: "SELECT 1 FORM x" }],
      ["a table that is not there", "SELECT * FROM nowhere", postgres.UndefinedTableError, { code: "42P01", position: 15 }],
      ["a column that is not there", "SELECT nothing FROM refused", postgres.UndefinedColumnError, { code: "42703" }],
      ["a division by zero", "SELECT 1 / 0", postgres.DivisionByZeroError, { code: "22012", severity: "ERROR" }],
      ["a text that is no number", "SELECT 'one'::int", postgres.InvalidTextRepresentationError, { code: "22P02" }],
      ["what has no class of its own", "SELECT pg_relation_size(0), nextval('refused')", postgres.PostgresError, { code: "42809" }],
    ]
    for (const [what, query, error, facts] of cases) {
      connected(what, async (connection) => {
        await connection.execute("CREATE TEMP TABLE refused (n int PRIMARY KEY, m int NOT NULL CHECK (m > 0)); INSERT INTO refused VALUES (1, 1); CREATE TEMP TABLE referring (n int REFERENCES refused)")
        await assert.rejects(connection.fetch(query), (thrown: postgres.PostgresError) => {
          assert.ok(thrown instanceof error && thrown instanceof postgres.PostgresError)
          for (const [key, value] of Object.entries(facts)) assert.equal(Reflect.get(thrown, key), value, key)
          assert.ok(thrown.message.startsWith(`'${query}' failed: `), thrown.message)
          assert.ok(thrown.message.endsWith(`(${thrown.code})`), thrown.message)
          return true
        })
        assert.equal(await connection.fetchValue("SELECT 1"), 1)
      })
    }
  })

  describe("cannot be made", () => {
    const refusals: [what: string, options: () => postgres.ConnectOptions | string, name: string, message: RegExp][] = [
      ["with a wrong password", () => ({ dsn: server.dsn, password: "sesame" }), "InvalidPasswordError", /^cannot connect to PostgreSQL at 127\.0\.0\.1:\d+ as user "tester": password authentication failed for user "tester" \(28P01\)$/],
      ["without a password", () => ({ host: "127.0.0.1", port: server.port, user: "tester" }), "InvalidPasswordError", /the server wants a password, and none was given; give one, or set PGPASSWORD$/],
      ["to a database that is not there", () => `${server.dsn}x`, "InvalidCatalogNameError", /database "postgresx" does not exist \(3D000\)$/],
      ["to a port where nobody listens", () => ({ dsn: server.dsn, port: 1 }), "ConnectionRefusedError", /^cannot connect to PostgreSQL at 127\.0\.0\.1:1 as user "tester": connection refused: nobody listens there \(ECONNREFUSED\)$/],
      ["to a socket that is not there", () => ({ host: "/nowhere", user: "x" }), "FileNotFoundError", /^cannot connect to PostgreSQL at \/nowhere\/\.s\.PGSQL\.5432 as user "x": there is no such file/],
      ["to a host that is not known", () => ({ dsn: server.dsn, host: "nowhere.invalid" }), "AddressLookupError", /^cannot connect to PostgreSQL at nowhere\.invalid:\d+ as user "tester": .*\((ENOTFOUND|EAI_AGAIN)\)$/],
      ["over TLS with a server that is not to be trusted", () => ({ dsn: server.dsn, ssl: true }), "SSLCertVerificationError", /^cannot connect to PostgreSQL at .* as user "tester": the certificate is not trusted: self-signed certificate/],
    ]
    for (const [what, options, name, message] of refusals) {
      it(what, () =>
        asyncio.run(async () => {
          await assert.rejects(postgres.connect(options()), (error: Error) => {
            assert.equal(error.name, name)
            assert.match(error.message, message)
            return true
          })
        }),
      )
    }

    it("with options that cannot be", () => {
      const wrong: [unknown, RegExp][] = [
        [7, /^TypeError: connect takes a DSN such as/],
        ["mysql://tester:secret@host/db", /^TypeError: the DSN of connect begins with postgresql:\/\/, not as "mysql:\/\/…@host/],
        [{ dsn: "postgresql://x/y", database: "z" }, /^TypeError: connect was given a DSN and the database "z"/],
        [{ port: 0 }, /^RangeError: the port of connect must be at least 1, but is 0/],
        [{ port: 70_000 }, /^RangeError: the port of connect must be at most 65535/],
        [{ connectTimeout: 0 }, /^RangeError: connectTimeout of connect must be more than 0 seconds/],
        [{ statementTimeout: "2" }, /^TypeError: statementTimeout of connect is a number of seconds/],
      ]
      for (const [options, message] of wrong) assert.throws(() => postgres.connect(options as string), message)
    })

    it("to a peer that never answers, within its time", () =>
      asyncio.run(async () => {
        const silent = createServer((socket) => socket.resume())
        await asyncio.wrapFuture(new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve)))
        const { port } = silent.address() as { port: number } // a TCP server has one
        await assert.rejects(postgres.connect({ host: "127.0.0.1", port, user: "x", connectTimeout: 0.05 }), (error: Error) => {
          assert.equal(error.name, "TimeoutError")
          assert.match(error.message, new RegExp(`^cannot connect to PostgreSQL at 127\\.0\\.0\\.1:${port} as user "x": no answer within 0\\.05 s$`))
          return true
        })
        // Cancelled, it closes its socket as well: the server's close would never end otherwise.
        const reached = new asyncio.Event()
        silent.once("connection", () => reached.set())
        const task = asyncio.createTask(postgres.connect({ host: "127.0.0.1", port, user: "x" }))
        await reached.wait()
        task.cancel()
        await assert.rejects(task, asyncio.CancelledError)
        await asyncio.wrapFuture(new Promise((resolve) => silent.close(resolve)))
      }))
  })

  it("goes over a Unix socket, and asks a function for the password", () =>
    asyncio.run(async () => {
      const connection = await postgres.connect({ host: server.socket, port: server.port, user: "tester", database: "postgres", password: async () => PASSWORD, applicationName: "the test" })
      assert.equal(await connection.fetchValue("SELECT inet_client_addr() IS NULL"), true)
      assert.equal(await connection.fetchValue("SELECT application_name FROM pg_stat_activity WHERE pid = $1", connection.processId), "the test")
      await assert.rejects(asyncio.timeout(0.05).run(() => connection.fetch("SELECT pg_sleep(60)")), asyncio.TimeoutError)
      assert.equal(await connection.fetchValue("SELECT 1"), 1)
      await connection.close()
      const withDsn = await postgres.connect({ dsn: `postgresql://tester@127.0.0.1:${server.port}/postgres`, password: () => PASSWORD })
      assert.equal(await withDsn.fetchValue("SELECT 1"), 1)
      await withDsn.close()
    }))

  it("goes over TLS, also to cancel", () =>
    asyncio.run(async () => {
      const connection = await postgres.connect({ dsn: server.dsn, ssl: { ca: server.certificate } })
      assert.equal(await connection.fetchValue("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"), true)
      await assert.rejects(asyncio.timeout(0.05).run(() => connection.fetch("SELECT pg_sleep(60)")), asyncio.TimeoutError)
      assert.equal(await connection.fetchValue("SELECT 1"), 1)
      await connection.close()
    }))

  describe("whose query is cancelled", () => {
    for (const [how, begin] of [
      ["by a timeout", (query: () => asyncio.Coroutine<unknown>) => asyncio.timeout(0.05).run(query)],
      ["by Task.cancel", async (query: () => asyncio.Coroutine<unknown>) => {
        const task = asyncio.createTask(query)
        await asyncio.sleep(0.05)
        task.cancel()
        await task
      }],
      ["as soon as it was sent", async (query: () => asyncio.Coroutine<unknown>) => {
        const task = asyncio.createTask(query)
        await asyncio.sleep(0)
        task.cancel()
        await task
      }],
    ] as const) {
      connected(`${how} is interrupted at once, and has stopped in the server before the next is sent`, async (connection) => {
        const observer = await postgres.connect(server.dsn)
        const loop = asyncio.getRunningLoop()
        const begun = loop.time()
        await assert.rejects(begin(() => connection.fetch("SELECT pg_sleep(60)")), (error: Error) => error instanceof asyncio.TimeoutError || error instanceof asyncio.CancelledError)
        const interrupted = loop.time() - begun
        assert.equal(await connection.fetchValue("SELECT 'usable'"), "usable")
        assert.equal(await observer.fetchValue(RUNNING), 0)
        assert.ok(interrupted < 20, `${interrupted}`)
        await observer.close()
      })
    }

    connected("leaves the others in line alone, and one that waits in line is never sent", async (connection) => {
      await connection.execute("CREATE TEMP TABLE sent (n int)")
      const slow = asyncio.createTask(connection.fetch("SELECT pg_sleep(60)"))
      const never = asyncio.createTask(connection.execute("INSERT INTO sent VALUES (1)"))
      const later = asyncio.createTask(connection.execute("INSERT INTO sent VALUES (2)"))
      await asyncio.sleep(0.02)
      never.cancel()
      slow.cancel()
      assert.equal(await later, 1)
      assert.deepEqual(await connection.fetch("SELECT n FROM sent"), [{ n: 2 }])
      assert.deepEqual([slow.cancelled(), never.cancelled()], [true, true])
    })

    connected("a hundred times in a row never harms the query after it", async (connection) => {
      for (let i = 0; i < 100; i += 1) {
        const task = asyncio.createTask(connection.fetchValue("SELECT count(*) FROM generate_series(1, $1)", i * 200))
        await asyncio.sleep(0)
        if (i % 3 === 0) await asyncio.sleep(0.001)
        task.cancel()
        assert.equal(await connection.fetchValue("SELECT $1::int", i), i)
      }
    })

    it("asks the server again if the first request came to nothing", () =>
      asyncio.run(async () => {
        const proxy = await cancelProxy(server.port, (client, forward, requests) => (requests === 1 ? client.destroy() : forward()))
        const connection = await postgres.connect({ dsn: server.dsn, port: proxy.port })
        await assert.rejects(asyncio.timeout(0.02).run(() => connection.fetch("SELECT pg_sleep(60)")), asyncio.TimeoutError)
        assert.equal(await connection.fetchValue("SELECT 1"), 1)
        assert.equal(proxy.requests(), 2)
        await connection.close()
        await proxy.close()
      }))

    it("sends nothing until the request is through, so that it does not hit the next", () =>
      asyncio.run(async () => {
        const late = new asyncio.Event()
        // The request reaches the server when the query that it was meant for is long over.
        const proxy = await cancelProxy(server.port, (_client, forward) => {
          setTimeout(() => {
            late.set()
            forward()
          }, 600)
        })
        const connection = await postgres.connect({ dsn: server.dsn, port: proxy.port })
        await assert.rejects(asyncio.timeout(0.01).run(() => connection.fetch("SELECT pg_sleep(0.4)")), asyncio.TimeoutError)
        assert.equal(await connection.fetchValue("SELECT 'unharmed' FROM pg_sleep(0.3)"), "unharmed")
        assert.ok(late.isSet())
        await connection.close()
        await proxy.close()
      }))

    it("is broken off if the server does not stop in time", () =>
      asyncio.run(async () => {
        const connection = await postgres.connect({ dsn: server.dsn, cancelTimeout: 0.2 })
        await connection.execute("CREATE FUNCTION pg_temp.deaf() RETURNS void LANGUAGE plpgsql AS $$ BEGIN LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$")
        const observer = await postgres.connect(server.dsn)
        const query = asyncio.createTask(() => connection.fetch("SELECT pg_temp.deaf()"))
        // Before that it would obey.
        while ((await observer.fetch("SELECT FROM pg_stat_activity WHERE query LIKE '%deaf()%' AND pid <> pg_backend_pid() AND wait_event = 'PgSleep'")).length === 0) await asyncio.sleep(0.005)
        query.cancel()
        await assert.rejects(query, asyncio.CancelledError)
        await assert.rejects(connection.fetch("SELECT 1"), (error: Error) => {
          assert.equal(error.name, "ConnectionResetError")
          assert.match(error.message, /was lost, and 'SELECT 1' with it: the server did not stop within 0\.2 s$/)
          return true
        })
        assert.ok(connection.isClosed())
        await observer.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%deaf()%' AND pid <> pg_backend_pid()")
        await observer.close()
      }))

    it("by statementTimeout throws TimeoutError with the query, and leaves the connection usable", () =>
      asyncio.run(async () => {
        const connection = await postgres.connect({ dsn: server.dsn, statementTimeout: 0.5 })
        await assert.rejects(connection.fetch("SELECT pg_sleep(60)"), (error: Error) => {
          assert.ok(error instanceof asyncio.TimeoutError)
          assert.match(error.message, /^'SELECT pg_sleep\(60\)' was cancelled: PostgreSQL at 127\.0\.0\.1:\d+ gave no answer within 0\.5 s$/)
          return true
        })
        assert.equal(await connection.fetchValue("SELECT 1"), 1)
        await connection.close()
      }))

    connected("by somebody else throws QueryCanceledError", async (connection) => {
      const observer = await postgres.connect(server.dsn)
      const query = asyncio.createTask(connection.fetch("SELECT pg_sleep(60)"))
      while (!query.done()) {
        await observer.fetch("SELECT pg_cancel_backend($1)", connection.processId)
        await asyncio.sleep(0.005)
      }
      await assert.rejects(query, postgres.QueryCanceledError)
      await observer.close()
    })
  })

  describe("that is closed", () => {
    it("has waited for its queries, and takes no more", () =>
      asyncio.run(async () => {
        const connection = await postgres.connect(server.dsn)
        const query = asyncio.createTask(connection.fetchValue("SELECT 'done' FROM pg_sleep(0.05)"))
        await asyncio.sleep(0)
        await connection.close()
        assert.equal(await query, "done")
        await assert.rejects(connection.fetch("SELECT 1"), /^RuntimeError: this connection to PostgreSQL at 127\.0\.0\.1:\d+ is closed; connect again/)
        await connection.close()
        assert.ok(connection.isClosed())
      }))

    it("by terminate fails what is under way", () =>
      asyncio.run(async () => {
        const connection = await postgres.connect(server.dsn)
        const query = asyncio.createTask(connection.fetch("SELECT pg_sleep(60)"))
        await asyncio.sleep(0.01)
        connection.terminate()
        await assert.rejects(query, /^RuntimeError: this connection to PostgreSQL at 127\.0\.0\.1:\d+ is closed/)
        const observer = await postgres.connect(server.dsn)
        await observer.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(60)%' AND pid <> pg_backend_pid()")
        await observer.close()
      }))
  })

  describe("a cursor", () => {
    connected("gives all rows, holds a batch at a time, and lets other queries through", async (connection) => {
      let sum = 0
      let others = 0
      for await (const { n } of connection.cursor<{ n: number }>("SELECT n FROM generate_series(1, $1::int) AS n", [250], { batchSize: 100 })) {
        sum += n
        if (n % 100 === 50) others += (await connection.fetchValue<number>("SELECT 1")) ?? 0
      }
      assert.deepEqual([sum, others, connection.inTransaction()], [31_375, 3, false])
    })

    connected("streams 100,000 rows with bounded memory", async (connection) => {
      setFlagsFromString("--expose-gc")
      const collect = runInNewContext("gc") as () => void // what the flag makes
      const used = (): number => {
        collect()
        const { heapUsed, external } = process.memoryUsage()
        return heapUsed + external
      }
      const before = used()
      let rows = 0
      let peak = 0
      for await (const { s } of connection.cursor<{ s: string }>("SELECT n, repeat('x', 1000) AS s FROM generate_series(1, 100000) AS n", [], { batchSize: 500 })) {
        rows += 1
        assert.equal(s.length, 1000)
        if (rows % 9999 === 0) peak = Math.max(peak, used() - before)
      }
      assert.equal(rows, 100_000)
      // All of them would be more than 100 MB.
      assert.ok(peak < 30e6, `${peak} bytes`)
    })

    connected("that is left early lets go of its transaction", async (connection) => {
      for await (const row of connection.cursor("SELECT n FROM generate_series(1, 1000) AS n")) {
        assert.deepEqual(row, { n: 1 })
        assert.ok(connection.inTransaction())
        break
      }
      assert.ok(!connection.inTransaction())
      assert.equal(await connection.fetchValue("SELECT count(*)::int FROM pg_cursors"), 0)
    })

    connected("in a transaction is a part of it, and ends before it", async (connection) => {
      await connection.transaction().run(async () => {
        for await (const row of connection.cursor("SELECT n FROM generate_series(1, 1000) AS n")) {
          assert.deepEqual(row, { n: 1 })
          break
        }
        assert.ok(connection.inTransaction())
        assert.equal(await connection.fetchValue("SELECT count(*)::int FROM pg_cursors"), 0)
      })
      assert.ok(!connection.inTransaction())
    })

    connected("that is cancelled twice, the second time while it is rolled back, ends cancelled", async (connection) => {
      for (let moment = 0; moment < 120; moment += 1) {
        const reading = asyncio.createTask(async () => {
          for await (const row of connection.cursor("SELECT n FROM generate_series(1, 300) AS n", [], { batchSize: 10 })) void row
        })
        await asyncio.sleep((moment % 30) / 10_000)
        reading.cancel()
        for (let tick = 0; tick < 1 + (moment % 4); tick += 1) await asyncio.sleep(0)
        if (moment % 2 === 0) await asyncio.sleep(0.0005)
        reading.cancel()
        await asyncio.wait([reading])
        assert.ok(reading.cancelled() || reading.exception() === undefined, String(!reading.cancelled() && reading.exception()))
        assert.equal(await connection.fetchValue("SELECT 1"), 1)
        assert.ok(!connection.inTransaction())
      }
    })

    connected("that fails or is cancelled leaves the connection out of its transaction", async (connection) => {
      await assert.rejects(async () => {
        for await (const row of connection.cursor("SELECT 1 / (50 - n) FROM generate_series(1, 100) AS n", [], { batchSize: 10 })) void row
      }, postgres.DivisionByZeroError)
      assert.ok(!connection.inTransaction())
      await assert.rejects(
        asyncio.timeout(0.05).run(async () => {
          for await (const row of connection.cursor("SELECT n, pg_sleep(0.02) FROM generate_series(1, 1000) AS n", [], { batchSize: 1 })) void row
        }),
        asyncio.TimeoutError,
      )
      assert.equal(await connection.fetchValue("SELECT 1"), 1)
      assert.ok(!connection.inTransaction())
      const cursor = connection.cursor("SELECT n FROM generate_series(1, 5) AS n")
      assert.deepEqual(await cursor.fetch(2), [{ n: 1 }, { n: 2 }])
      assert.equal((await cursor.fetch(10)).length, 3)
      assert.deepEqual(await cursor.fetch(), [])
      assert.throws(() => connection.cursor("SELECT 1", [], { batchSize: 0 }), RangeError)
    })
  })

  describe("LISTEN", () => {
    connected("gives what was sent since, in order, until it is closed", async (connection) => {
      const other = await postgres.connect(server.dsn)
      const news = await connection.listen("news of the day")
      for (const text of ["one", "two", ""]) await other.execute("SELECT pg_notify($1, $2)", "news of the day", text)
      const got: string[] = []
      for await (const { channel, payload, processId } of news) {
        assert.deepEqual([channel, processId], ["news of the day", other.processId])
        got.push(payload)
        if (got.length === 3) break
      }
      assert.deepEqual(got, ["one", "two", ""])
      assert.equal(await connection.fetchValue("SELECT count(*)::int FROM pg_listening_channels()"), 0)
      await assert.rejects(news.get(), /^RuntimeError: the subscription to 'news of the day' is closed$/)
      await other.close()
    })

    connected("serves several listeners, and a cancelled wait loses nothing", async (connection) => {
      const [first, second] = [await connection.listen("shared"), await connection.listen("shared")]
      await assert.rejects(asyncio.waitFor(first.get(), 0.01), asyncio.TimeoutError)
      await second.close()
      await connection.execute("NOTIFY shared, 'still'")
      assert.equal((await first.get()).payload, "still")
      await first.close()
    })

    connected("tells of notifications that nobody took in time", async (connection) => {
      const news = await connection.listen("flood", { maxsize: 2 })
      for (let i = 0; i < 4; i += 1) await connection.execute("SELECT pg_notify('flood', $1)", String(i))
      assert.deepEqual([(await news.get()).payload, (await news.get()).payload], ["0", "1"])
      await assert.rejects(news.get(), /^QueueFull: notifications of 'flood' were lost: more than 2 came/)
    })

    connected("ends with the connection", async (connection) => {
      const news = await connection.listen("lost")
      const waiting = asyncio.createTask(async () => {
        for await (const one of news) void one
      })
      await asyncio.sleep(0)
      const other = await postgres.connect(server.dsn)
      await other.fetch("SELECT pg_terminate_backend($1)", connection.processId)
      await assert.rejects(waiting, (error: Error) => {
        assert.equal(error.name, "ServerUnavailableError")
        assert.match(error.message, /^the connection to PostgreSQL at 127\.0\.0\.1:\d+ was lost, and 'LISTEN lost' with it: terminating connection due to administrator command \(57P01\)$/)
        return true
      })
      await other.close()
    })
  })

  describe("COPY", () => {
    connected("goes in and out, whatever the pieces are", async (connection) => {
      await connection.execute("CREATE TEMP TABLE copied (n int, s text)")
      async function* lines(): AsyncGenerator<string | Uint8Array> {
        for (let n = 0; n < 20_000; n += 1) yield n % 2 === 0 ? `${n}\tté` : Buffer.from(`xt\n${n}\tother\n`)
      }
      assert.equal(await connection.copyFrom("COPY copied FROM STDIN", lines()), 20_000)
      const [sum, length] = Object.values((await connection.fetchRow("SELECT sum(n) AS n, sum(length(s)) AS s FROM copied")) ?? {})
      assert.deepEqual([sum, length], ["199990000", "90000"])
      let size = 0
      for await (const piece of connection.copyTo("COPY copied TO STDOUT (FORMAT csv)")) size += piece.length
      assert.equal(size, Number(await connection.fetchValue("SELECT sum(octet_length(n || ',' || s) + 1) FROM copied")))
    })

    connected("that is cancelled at any moment, or comes too late, keeps its connection, which goes on at once", async (connection) => {
      await connection.execute("CREATE TEMP TABLE moments (n int)")
      const { processId } = connection
      for (let moment = 0; moment < 24; moment += 1) {
        const copying = asyncio.createTask(connection.copyFrom("COPY moments FROM STDIN", endless()))
        if (moment < 12) for (let tick = 0; tick < moment; tick += 1) await asyncio.sleep(0)
        else await asyncio.sleep((moment - 12) / 4000)
        copying.cancel()
        await asyncio.wait([copying])
        assert.equal(await asyncio.waitFor(connection.fetchValue("SELECT count(*)::int FROM moments"), 20), 0)
      }
      assert.equal(connection.processId, processId)
      const hasty = await postgres.connect({ dsn: server.dsn, statementTimeout: 0.6, cancelTimeout: 20 })
      try {
        await hasty.execute("CREATE TEMP TABLE moments (n int)")
        await assert.rejects(hasty.copyFrom("COPY moments FROM STDIN", endless()), asyncio.TimeoutError)
        assert.equal(await hasty.fetchValue("SELECT count(*)::int FROM moments"), 0)
      } finally {
        await hasty.close()
      }
    })

    connected("that fails, is left early or is cancelled leaves no rows and a usable connection", async (connection) => {
      await connection.execute("CREATE TEMP TABLE kept (n int)")
      await assert.rejects(connection.copyFrom("COPY kept FROM STDIN", ["1\n", "two\n"]), postgres.InvalidTextRepresentationError)
      await assert.rejects(connection.copyFrom("COPY kept FROM STDIN", (function* () {
        yield "1\n"
        throw new RangeError("no more")
      })()), /^RangeError: no more$/)
      await assert.rejects(asyncio.timeout(0.05).run(() => connection.copyFrom("COPY kept FROM STDIN", (async function* () {
        yield "1\n"
        await asyncio.sleep(60)
      })())), asyncio.TimeoutError)
      await assert.rejects(connection.copyFrom("SELECT 1", []), /^TypeError: Connection\.copyFrom takes a COPY command: 'SELECT 1' gives rows$/)
      for await (const piece of connection.copyTo("COPY (SELECT repeat('x', 1000) FROM generate_series(1, 100000)) TO STDOUT")) {
        assert.ok(piece.length > 0)
        break
      }
      assert.equal(await connection.fetchValue("SELECT count(*)::int FROM kept"), 0)
      assert.throws(() => connection.copyFrom("COPY kept FROM STDIN", "1\n"), /^TypeError: copyFrom takes an iterable/)
    })
  })
})

/** What never ends to be copied. */
async function* endless(): AsyncGenerator<string> {
  for (;;) {
    yield "1\n"
    await asyncio.sleep(0.001)
  }
}
