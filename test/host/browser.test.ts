import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { setImmediate as hostTurn } from "node:timers/promises"
import type { browserHost } from "#src/host/browser.ts"

type BrowserHost = typeof browserHost

/** A platform's functions that a host finds when it is imported; undefined takes one away. */
type Platform = Record<string, unknown>

let copies = 0

/** A fresh host, imported while the platform had the given functions in place of its own. */
async function hostOn(platform: Platform): Promise<BrowserHost> {
  const globals = globalThis as unknown as Platform // any of them may be replaced
  const own = Object.keys(platform).map((name) => [name, Object.getOwnPropertyDescriptor(globals, name)] as const)
  for (const [name, value] of Object.entries(platform)) {
    Object.defineProperty(globals, name, { value, configurable: true, writable: true })
  }
  try {
    const url = new URL("../../src/host/browser.ts", import.meta.url)
    url.search = `copy=${(copies += 1)}`
    const module = (await import(url.href)) as { browserHost: BrowserHost } // the file that was named
    return module.browserHost
  } finally {
    for (const [name, descriptor] of own) {
      if (descriptor !== undefined) Object.defineProperty(globals, name, descriptor)
    }
  }
}

/** A MessageChannel whose ports can be closed, so that the test ends. */
function channels(): { MessageChannel: new () => MessageChannel; opened: MessageChannel[] } {
  const opened: MessageChannel[] = []
  class Recorded extends MessageChannel {
    constructor() {
      super()
      opened.push(this)
    }
  }
  return { MessageChannel: Recorded, opened }
}

const ways: [way: string, platform: () => Platform][] = [
  ["a MessageChannel", () => ({ setImmediate: undefined })],
  ["setImmediate, where a bundle for browsers runs on Node", () => ({})],
  ["setTimeout, where there is nothing better", () => ({ setImmediate: undefined, MessageChannel: undefined })],
]

for (const [way, platform] of ways) {
  describe(`macrotasks by ${way}`, () => {
    it("run one by one, each when no microtask is left", async () => {
      const { MessageChannel, opened } = channels()
      const host = await hostOn({ MessageChannel, ...platform() })
      const log: string[] = []
      await new Promise<void>((resolve) => {
        host.microtask(() => {
          host.afterMicrotasks(() => {
            log.push("first")
            void chain(5).then(() => log.push("its microtasks"))
          })
          host.macrotask(() => {
            log.push("second")
            host.macrotask(() => {
              log.push("third")
              resolve()
            })
          })
          void chain(5).then(() => log.push("microtasks"))
        })
      })
      for (const { port1 } of opened) port1.close()
      assert.deepEqual(log, ["microtasks", "first", "its microtasks", "second", "third"])
    })

    it("find no store, whatever ran before", async () => {
      const { MessageChannel, opened } = channels()
      const host = await hostOn({ MessageChannel, ...platform() })
      const stores: unknown[] = []
      await new Promise<void>((resolve) => {
        host.setStore("mine")
        host.afterMicrotasks(() => {
          stores.push(host.store())
          host.setStore("mine again")
          host.macrotask(() => {
            stores.push(host.store())
            resolve()
          })
        })
      })
      for (const { port1 } of opened) port1.close()
      assert.deepEqual(stores, [undefined, undefined])
    })

    it("go on after one that throws", async () => {
      const { MessageChannel, opened } = channels()
      const host = await hostOn({ MessageChannel, ...platform() })
      const uncaught = new Promise<unknown>((resolve) => {
        process.setUncaughtExceptionCaptureCallback(resolve)
      })
      const next = new Promise<void>((resolve) => {
        host.macrotask(() => {
          throw new Error("in a macrotask")
        })
        host.macrotask(resolve)
      })
      const error = await uncaught
      await next
      process.setUncaughtExceptionCaptureCallback(null)
      for (const { port1 } of opened) port1.close()
      assert.match(String(error), /in a macrotask/)
    })
  })
}

describe("importing the host", () => {
  it("opens no channel and sets no timer", async () => {
    const { MessageChannel, opened } = channels()
    let timers = 0
    const count = (): void => {
      timers += 1
    }
    await hostOn({ MessageChannel, setImmediate: undefined, setTimeout: count })
    assert.equal(opened.length + timers, 0)
  })

  it("takes the platform's functions: fake ones installed later are not seen", async (t) => {
    const host = await hostOn({})
    t.mock.timers.enable({ apis: ["setTimeout", "setImmediate"] })
    t.mock.method(performance, "now", () => -1)
    const before = host.now()
    await new Promise<void>((resolve) => host.setTimer(0.001, resolve))
    await new Promise<void>((resolve) => host.macrotask(resolve))
    assert.ok(before >= 0 && host.now() >= before)
  })
})

describe("the store", () => {
  it("is the given one inside enter, and the caller's own afterwards, also when the body throws", async () => {
    const host = await hostOn({})
    host.setStore("outer")
    const inner = host.enter("inner", (argument: number) => [host.store(), argument], 7)
    assert.deepEqual(inner, ["inner", 7])
    assert.equal(host.store(), "outer")
    const fail = (): never => {
      host.setStore("changed")
      throw new Error("in the body")
    }
    assert.throws(() => host.enter("inner", fail, undefined), /in the body/)
    assert.equal(host.store(), "outer")
  })

  it("is nobody's in a snapshot, and the caller's own afterwards", async () => {
    const host = await hostOn({})
    host.setStore("maker")
    const snapshot = host.capture()
    host.setStore("caller")
    const stores: unknown[] = []
    snapshot.run((argument: string) => {
      stores.push(host.store(), argument)
      host.setStore("changed")
    }, "argument")
    assert.deepEqual([...stores, host.store()], [undefined, "argument", "caller"])
  })
})

describe("timers", () => {
  it("take seconds, round up to milliseconds, and stay below what a browser can count", async () => {
    const asked: number[] = []
    const setTimeout = (_callback: () => void, milliseconds: number): number => asked.push(milliseconds)
    const host = await hostOn({ setTimeout })
    for (const seconds of [0, 0.0001, 1.5, 1e9]) host.setTimer(seconds, () => undefined)
    assert.deepEqual(asked, [0, 1, 1500, 2 ** 31 - 1])
  })

  it("can be stopped", async () => {
    const host = await hostOn({})
    let called = false
    const token = host.setTimer(0, () => {
      called = true
    })
    host.clearTimer(token)
    await new Promise<void>((resolve) => host.setTimer(0.002, resolve))
    assert.equal(called, false)
  })
})

describe("what a page is told", () => {
  it("goes to the console, with the code of a warning and the error of a report", async (t) => {
    const host = await hostOn({})
    const warn = t.mock.method(console, "warn", () => undefined)
    const error = t.mock.method(console, "error", () => undefined)
    const failure = new Error("broken")
    host.warn("never awaited", "ASYNCIO_NEVER_AWAITED")
    host.report("nobody retrieved", failure)
    host.report("no error here")
    assert.deepEqual(warn.mock.calls.map((call) => call.arguments), [["ASYNCIO_NEVER_AWAITED: never awaited"]])
    assert.deepEqual(error.mock.calls.map((call) => call.arguments), [["nobody retrieved", failure], ["no error here"]])
  })

  it("is thrown as an exception that nobody caught", async () => {
    const host = await hostOn({})
    const failure = new Error("uncaught")
    const uncaught = new Promise<unknown>((resolve) => {
      process.setUncaughtExceptionCaptureCallback(resolve)
    })
    host.throwUncaught(failure)
    assert.equal(await uncaught, failure)
    process.setUncaughtExceptionCaptureCallback(null)
  })
})

describe("what a page does not have", () => {
  it("is never told of: Ctrl-C and an end for want of work", async () => {
    const host = await hostOn({})
    const before = process.eventNames().length
    const stop = [host.onInterrupt(assert.fail), host.onUncaught(() => assert.fail()), host.onQuiet(assert.fail)]
    assert.equal(process.eventNames().length, before)
    for (const end of stop) end()
    host.raiseInterrupt()
    await hostTurn()
  })

  it("may be AbortController, and then there is no signal", async () => {
    const without = await hostOn({ AbortController: undefined })
    assert.equal(without.newAbortController(), undefined)
    const withIt = await hostOn({})
    const controller = withIt.newAbortController()
    assert.ok(controller !== undefined)
    assert.equal(controller.signal.aborted, false)
    assert.equal(withIt.isListenedTo(controller.signal), true)
  })
})

async function chain(microtasks: number): Promise<void> {
  for (let i = 0; i < microtasks; i += 1) await null
}
