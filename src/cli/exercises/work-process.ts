/**
 * The process in which a learner's work runs: `NAME FOLDER FILE`. The result of the check goes to FILE.
 */
import { existsSync, writeFileSync } from "node:fs"
import { registerHooks } from "node:module"

import { checkWork } from "./check-work.ts"
import type { CheckResult } from "./check-result.ts"
import { exerciseCalled } from "./course.ts"
import { limitProcessor } from "./processor-limit.ts"

const LIBRARY = /^asyncio-ts(\/|$)/
const [, , name = "", folder = "", file = ""] = process.argv

// The work runs on the copy of the library that checks it, also where none is installed.
registerHooks({
  resolve: (specifier, context, next) => next(specifier, LIBRARY.test(specifier) ? { ...context, parentURL: import.meta.url } : context),
})
// Whatever ends the process first, a program that exits included, has to leave a sentence.
process.on("exit", () => {
  if (existsSync(file)) return
  tell({
    passed: false,
    sentence: "the program stopped in the midst: it waits for a promise that nothing will ever settle, such as one that is awaited while the file is loaded",
    details: [],
  })
})
process.on("uncaughtException", (error) => {
  tell({ passed: false, sentence: `the program crashed: ${String(error).split("\n")[0] ?? ""}`, details: [] })
  process.exit(0)
})
// A program that ends the process would else look like one that passes nothing on.
const { exit } = process
process.exit = (code) => {
  if (!existsSync(file)) tell({ passed: false, sentence: "the program called process.exit: leave it to return", details: [] })
  return exit(code)
}

const entry = "asyncio-ts" // what it installs into the process, the debug mode included, is part of the library
await import(entry)
const exercise = exerciseCalled(name)
if (exercise !== undefined) {
  await limitProcessor(file)
  tell(await checkWork(exercise, folder))
}
exit(0)

function tell(result: CheckResult): void {
  writeFileSync(file, JSON.stringify(result))
}
