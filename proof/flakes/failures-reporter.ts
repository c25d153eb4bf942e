/** A reporter for `node --test` that prints a line of JSON for each test that fails, and in the end how many ran; those that are skipped do not. */
import type { TestEvent } from "node:test/reporters"

/** What it prints of a test that failed. */
export interface Failed {
  readonly file: string
  readonly name: string
  readonly error: string
}

/** What it prints in the end. */
export interface Ran {
  readonly passed: number
}

/** What Node wraps the error of a test in; its types do not tell of the field. */
type TestFailure = Error & { readonly failureType?: string }

// oxlint-disable-next-line import/no-default-export -- Node takes a reporter by it
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let passed = 0
  for await (const event of events) {
    if (event.type === "test:pass" && event.data.details.type !== "suite" && event.data.skip === undefined) passed += 1
    if (event.type !== "test:fail") continue
    const { file = "", name, details } = event.data
    const error: TestFailure = details.error
    // A suite or a file that fails only since a test in it does would tell it twice.
    if (error.failureType === "subtestsFailed") continue
    const failed: Failed = { file, name, error: error.cause instanceof Error ? error.cause.message : error.message }
    yield `${JSON.stringify(failed)}\n`
  }
  const ran: Ran = { passed }
  yield `${JSON.stringify(ran)}\n`
}
