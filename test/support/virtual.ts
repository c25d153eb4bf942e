/** Tests on virtual time that fail on whatever the loop had to report and nobody expected. */
import assert from "node:assert/strict"
import { test, type TestContext } from "node:test"
import { setImmediate } from "node:timers/promises"
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"

/** What the exception handler and the process were told. */
export class Told {
  readonly reports: asyncio.ExceptionContext[] = []
  readonly warnings: string[] = []

  /** Takes out the one report whose message matches. */
  report(pattern: RegExp): asyncio.ExceptionContext {
    return take(this.reports, (report) => report.message, pattern, "report")
  }

  /** Takes out the one warning that matches. */
  warning(pattern: RegExp): string {
    return take(this.warnings, (warning) => warning, pattern, "warning")
  }

  assertNothing(): void {
    assert.deepEqual(this.reports.map(({ message, exception }) => ({ message, exception })), [], "unexpected reports")
    assert.deepEqual(this.warnings, [], "unexpected warnings")
  }
}

/** The body of a test. What it returns, if a function, is called once the loop is closed. */
export type VirtualBody = (told: Told, t: TestContext) => unknown

/** Declares a test whose body is the main task of a loop on virtual time. */
export function virtual(name: string, body: VirtualBody): void {
  test(name, (t) => inVirtualTime((told) => body(told, t)))
}

/** As `virtual`, twice: with tasks that start with the next iteration, and with eager ones. */
export function virtualLazyAndEager(name: string, body: VirtualBody): void {
  virtual(name, body)
  virtual(`${name}, with eager tasks`, (told, t) => {
    asyncio.getRunningLoop().setTaskFactory(asyncio.eagerTaskFactory)
    return body(told, t)
  })
}

/** Runs `body` as the main task of a loop on virtual time, and checks what was told. */
export async function inVirtualTime(body: (told: Told) => unknown): Promise<void> {
  const told = new Told()
  const onWarning = (warning: Error): void => {
    if (warning.name === "AsyncioWarning") told.warnings.push(warning.message)
  }
  process.on("warning", onWarning)
  try {
    const afterwards: unknown = await runVirtual(async () => {
      asyncio.getRunningLoop().setExceptionHandler((_loop, context) => told.reports.push(context))
      return body(told)
    })
    // Warnings are emitted a tick later.
    await setImmediate()
    if (typeof afterwards === "function") (afterwards as () => void)()
  } finally {
    process.off("warning", onWarning)
  }
  told.assertNothing()
}

function take<T>(list: T[], text: (item: T) => string, pattern: RegExp, what: string): T {
  const found = list.filter((item) => pattern.test(text(item)))
  assert.equal(found.length, 1, `one ${what} matches ${pattern}, of: ${JSON.stringify(list.map(text))}`)
  const [item] = found as [T] // its length was just checked
  list.splice(list.indexOf(item), 1)
  return item
}
