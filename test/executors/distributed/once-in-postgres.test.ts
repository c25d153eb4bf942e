import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { onceInPostgres, onceTable } from "asyncio-ts/executors"
import { connect, type Connection } from "asyncio-ts/postgres"
import { skip, startServer, type Server } from "../../postgres/support/server.ts"

describe("onceInPostgres", { skip }, () => {
  let server: Server
  before(async () => {
    server = await startServer()
    await withConnection(async (connection) => {
      await connection.execute(onceTable())
      await connection.execute("CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL CHECK (balance >= 0))")
      await connection.execute("INSERT INTO accounts VALUES (1, 100), (2, 0)")
    })
  })
  after(() => server.remove())

  function withConnection(body: (connection: Connection) => Promise<void>): Promise<void> {
    return asyncio.run(async () => {
      const connection = await connect(server.dsn)
      try {
        await body(connection)
      } finally {
        await connection.close()
      }
    })
  }

  const charge = (connection: Connection, key: string, account = 1): asyncio.Coroutine<unknown> =>
    onceInPostgres(connection, key, async () => await connection.fetchValue("UPDATE accounts SET balance = balance - 10 WHERE id = $1 RETURNING balance", account))

  test("what is asked for twice happens once, and gives the same both times", () =>
    withConnection(async (connection) => {
      assert.deepEqual(await charge(connection, "order-1"), { first: true, value: 90 })
      assert.deepEqual(await charge(connection, "order-1"), { first: false, value: 90 })
      assert.equal(await connection.fetchValue("SELECT balance FROM accounts WHERE id = 1"), 90)
    }))

  test("two at the same time, on two connections: one waits for the other, and finds it done", () =>
    withConnection(async (one) => {
      const other = await connect(server.dsn)
      const results = (await asyncio.gather([charge(one, "race"), charge(other, "race")])) as { first: boolean; value: number }[]
      assert.equal(results.filter(({ first }) => first).length, 1)
      assert.equal(results[0]?.value, results[1]?.value)
      await other.close()
    }))

  test("a body that throws changes nothing, and leaves the key free", () =>
    withConnection(async (connection) => {
      await assert.rejects(async () => await charge(connection, "poor", 2), /violates check constraint/)
      await connection.execute("UPDATE accounts SET balance = 50 WHERE id = 2")
      assert.deepEqual(await charge(connection, "poor", 2), { first: true, value: 40 })
    }))

  test("a body that gives nothing will do", () =>
    withConnection(async (connection) => {
      assert.deepEqual(await onceInPostgres(connection, "nothing", () => undefined), { first: true, value: undefined })
      assert.deepEqual(await onceInPostgres(connection, "nothing", () => assert.fail("twice")), { first: false, value: undefined })
    }))

  test("a table that is missing is named, with what makes it", () =>
    withConnection(async (connection) => {
      await assert.rejects(async () => await onceInPostgres(connection, "k", () => 1, { table: "other_once" }), /there is no table other_once; make it with: CREATE TABLE IF NOT EXISTS other_once \(key text PRIMARY KEY/)
    }))

  test("what cannot be meant is refused at the call", () =>
    withConnection(async (connection) => {
      assert.throws(() => onceInPostgres({} as never, "k", () => 1), /takes a connection of asyncio-ts\/postgres first/)
      assert.throws(() => onceInPostgres(connection, "", () => 1), /the key of onceInPostgres/)
      assert.throws(() => onceInPostgres(connection, "k", 7 as never), /what onceInPostgres runs is a function/)
      assert.throws(() => onceInPostgres(connection, "k", () => 1, { table: "a; DROP TABLE b" }), /the table of onceInPostgres is a name/)
      assert.throws(() => onceTable("1x"), TypeError)
    }))
})
