// A reporter for `node --test`: one short line for each test that failed, for the end of a long run,
// where what a reader sees first, or a record of a run keeps, are its last lines.
import { relative } from "node:path"
import { root } from "./install.mjs"

/** Where a run of many stages gathers what has failed, to say it last: the name of a file. */
export const GATHERED = process.env["ASYNCIO_TS_FAILURES"]

const NAME_LETTERS = 90
const MESSAGE_LETTERS = 200

/**
 * @param {string} file where the lines go
 * @returns {string[]} the options of `node --test` for its own report and for these lines
 */
export function reporters(file) {
  return ["--test-reporter=spec", "--test-reporter-destination=stdout", `--test-reporter=${import.meta.url}`, `--test-reporter-destination=${file}`]
}

/**
 * @param {AsyncIterable<import("node:test/reporters").TestEvent>} events
 * @returns {AsyncGenerator<string, void>}
 */
// oxlint-disable-next-line import/no-default-export -- node:test takes a reporter from there
export default async function* failures(events) {
  for await (const { type, data } of events) {
    if (type !== "test:fail") continue
    const { error } = data.details
    // A suite, or a file, of which a test failed: that test has a line of its own.
    if ("failureType" in error && error.failureType === "subtestsFailed") continue
    // What a test throws may be of any kind; Node gives it as the cause.
    const cause = error.cause instanceof Error ? error.cause.message : String(error.cause ?? error.message)
    yield `${data.file === undefined ? "" : `${relative(root, data.file)}: `}${cut(data.name, NAME_LETTERS)}: ${cut(cause, MESSAGE_LETTERS)}\n`
  }
}

/**
 * @param {string} text
 * @param {number} letters
 */
function cut(text, letters) {
  const line = text.replaceAll(/\s+/g, " ").trim()
  return line.length <= letters ? line : `${line.slice(0, letters - 1)}…`
}
