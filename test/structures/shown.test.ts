/** What prints itself: short, in one line, never throwing, never without end. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { inspect } from "node:util"

import * as asyncio from "asyncio-ts"
import { Shown } from "#src/structures/shown.ts"
import { virtual } from "../support/virtual.ts"

const LONG = "x".repeat(5000)
/** Letters that anything with a name of usual length may take. */
const SHORT = 200

describe("Shown", () => {
  class Thing extends Shown {
    readonly inside = { secret: 1 }

    toString(): string {
      return "<Thing>"
    }
  }

  it("prints the same in String and in console.log, alone and in other objects", () => {
    const thing = new Thing()
    assert.deepEqual([String(thing), inspect(thing), inspect([thing])], ["<Thing>", "<Thing>", "[ <Thing> ]"])
  })

  it("prints in the words of a subclass that has its own", () => {
    class Named extends Thing {
      override toString(): string {
        return "<Named>"
      }
    }
    assert.equal(inspect(new Named()), "<Named>")
  })
})

/** Prints `value` in all ways; the text. */
function shown(value: object): string {
  const text = String(value)
  assert.equal(inspect(value), text)
  assert.ok(text.length <= SHORT, `${text.length} letters: ${text.slice(0, 80)}…`)
  return text
}

function withResult(value: unknown): asyncio.Future<unknown> {
  const future = new asyncio.Future<unknown>()
  future.setResult(value)
  return future
}

function withException(error: unknown): asyncio.Future<unknown> {
  const future = new asyncio.Future<unknown>()
  future.setException(error)
  future.exception()
  return future
}

function named(name: unknown): object {
  return Object.defineProperty(() => undefined, "name", { value: name })
}

class Silent {
  toString(): string {
    throw new Error("not in the mood")
  }
}

const results: Readonly<Record<string, [value: unknown, text: string | RegExp]>> = {
  "a number": [5, "5"],
  nothing: [undefined, "undefined"],
  null: [null, "null"],
  "a text": ["tea", '"tea"'],
  "a long text": [LONG, /^"x{40}…"$/],
  "a symbol": [Symbol("s"), "Symbol(s)"],
  "a long symbol": [Symbol(LONG), /^Symbol\(x+…?/],
  "a long number": [10n ** 3000n, /^10+…?/],
  "an object": [{ a: 1 }, "an Object"],
  "an object that cannot be printed": [new Silent(), "a Silent"],
  "an object without prototype": [Object.create(null), "an object"],
  "an object of a class with a long name": [new (class extends Silent {
    static override readonly name = LONG
  })(), /^a x+…?/],
  "a proxy that refuses": [new Proxy({}, { getPrototypeOf: () => assert.fail("refused") }), "an object"],
  "a function": [function brew() {}, "function brew"],
  "a nameless function": [() => undefined, "function (anonymous)"],
  "a function with a long name": [named(LONG), /^function x+…?/],
  "a function whose name is no text": [named(Symbol("q")), /^function/],
  "a class": [Silent, "function Silent"],
}

const errors: Readonly<Record<string, [error: unknown, text: string | RegExp]>> = {
  "an error": [new RangeError("boom"), "RangeError('boom')"],
  "a long error": [new Error(LONG), /^Error\('x{60}…'\)$/],
  "an error with a long name": [Object.assign(new Error("boom"), { name: LONG }), /^x+…?\('boom'\)$/],
  "an error whose message throws": [Object.defineProperty(new Error("boom"), "message", { get: () => assert.fail("no") }), "an Error"],
  "a text": ["boom", '"boom"'],
  null: [null, "null"],
}

describe("a Future prints", () => {
  virtual("its state", async () => {
    const future = new asyncio.Future()
    assert.equal(shown(future), "<Future pending>")
    future.cancel(LONG)
    assert.equal(shown(future), "<Future cancelled>")
  })

  for (const [name, [value, text]] of Object.entries(results)) {
    virtual(`its result in short: ${name}`, async () => {
      const [, result = ""] = /^<Future finished result=(.*)>$/s.exec(shown(withResult(value))) ?? []
      if (typeof text === "string") assert.equal(result, text)
      else assert.match(result, text)
    })
  }

  for (const [name, [error, text]] of Object.entries(errors)) {
    virtual(`its exception in short: ${name}`, async () => {
      const [, exception = ""] = /^<Future finished exception=(.*)>$/s.exec(shown(withException(error))) ?? []
      if (typeof text === "string") assert.equal(exception, text)
      else assert.match(exception, text)
    })
  }

  virtual("its result without looking inside, where it would find itself", async () => {
    const future = new asyncio.Future<object>()
    future.setResult({ future })
    assert.equal(shown(future), "<Future finished result=an Object>")
    assert.equal(inspect({ future }), "{ future: <Future finished result=an Object> }")
  })

  virtual("what kind it is", async () => {
    const gather = asyncio.gather([asyncio.sleep(1)])
    const shield = asyncio.shield(asyncio.sleep(1))
    assert.deepEqual([shown(gather), shown(shield)], ["<gather pending>", "<shield pending>"])
    await gather
    assert.equal(shown(gather), "<gather finished result=an Array>")
    await shield
  })
})

describe("a Task prints", () => {
  const brew = asyncio.coroutine("brew", async (seconds: number) => {
    await asyncio.sleep(seconds)
    return "tea"
  })

  virtual("its name, its code, and what it waits for", async () => {
    const task = asyncio.createTask(brew(1), { name: "tea" })
    const seen = [shown(task)]
    await asyncio.sleep(0)
    seen.push(shown(task))
    task.cancel()
    seen.push(shown(task))
    await asyncio.wait([task])
    seen.push(shown(task))
    assert.deepEqual(seen, [
      "<Task pending name='tea' coro=<brew>>",
      "<Task pending name='tea' coro=<brew> wait_for=<sleep 1 s>>",
      "<Task cancelling name='tea' coro=<brew> wait_for=<sleep 1 s>>",
      "<Task cancelled name='tea' coro=<brew>>",
    ])
  })

  virtual("its outcome", async () => {
    const done = asyncio.createTask(brew(0.1), { name: "tea" })
    const failed = asyncio.createTask(() => Promise.reject(new RangeError("boom")), { name: "bad" })
    await asyncio.wait([done, failed])
    assert.equal(shown(done), "<Task finished name='tea' coro=<brew> result=\"tea\">")
    assert.equal(shown(failed), "<Task finished name='bad' coro=<function> exception=RangeError('boom')>")
    failed.exception()
  })

  virtual("the task it waits for by its name only, also in a circle", async () => {
    const tasks: asyncio.Task<unknown>[] = []
    const follow = (next: number) => () => asyncio.timeout(5).run(async () => tasks[next])
    tasks.push(asyncio.createTask(follow(1), { name: "a" }), asyncio.createTask(follow(0), { name: "b" }))
    await asyncio.sleep(1)
    assert.deepEqual(tasks.map((task) => / wait_for=<(.*)>>$/.exec(shown(task))?.[1]), ["Task 'b'", "Task 'a'"])
    tasks[0]?.cancel()
    await asyncio.wait(tasks)
  })

  virtual("the name it is given, whatever that is", async () => {
    const task = asyncio.createTask(brew(1))
    assert.match(shown(task), /^<Task pending name='Task-\d+' coro=<brew>>$/)
    for (const name of [5, null, Symbol("s"), ["a", "b"]]) {
      task.setName(name)
      assert.equal(shown(task), `<Task pending name='${String(name)}' coro=<brew>>`)
    }
    await task
  })
})

describe("a subclass of ours prints", () => {
  class MyFuture extends asyncio.Future<number> {}
  class MyTask extends asyncio.Task<void> {}
  class Own extends asyncio.Future<number> {
    override toString(): string {
      return "<mine>"
    }
  }

  virtual("its state, or its own words", async () => {
    assert.match(shown(new MyFuture()), /^<\w+ pending>$/)
    assert.equal(shown(new Own()), "<mine>")
    const task = new MyTask(asyncio.sleep(0), { name: "mine" })
    assert.match(shown(task), /^<\w+ pending name='mine' coro=<sleep>>$/)
    await task
  })
})

describe("what else is public prints in one line", () => {
  const makers: Readonly<Record<string, () => object | Promise<object>>> = {
    ContextVar: () => new asyncio.ContextVar("user"),
    Token: () => new asyncio.ContextVar("user").set("me"),
    Context: () => asyncio.copyContext(),
    Held: () => new asyncio.Lock({ name: "db" }).acquire(),
    Runner: () => new asyncio.Runner(),
  }
  virtual("Coroutine", async () => {
    const coroutine = asyncio.sleep(1)
    assert.equal(shown(coroutine), "<coroutine sleep>")
    await coroutine
    assert.equal(shown(coroutine), "<coroutine sleep>")
  })

  for (const [name, make] of Object.entries(makers)) {
    virtual(name, async () => {
      const value = await make()
      assert.match(shown(value), /^<.+>$/)
      assert.doesNotMatch(shown(value), /\n/)
    })
  }
})
