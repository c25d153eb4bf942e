// The first hundred scenarios of a file, run by a CommonJS program: there the first one is
// started by the script itself and the others from process.nextTick, and in neither place
// are the microtasks run first, as they are in a module.
//
//     node --conditions=asyncio-ts:source conformance/from-commonjs.cjs [FILE]
"use strict"

const { readFileSync } = require("node:fs")
const { join } = require("node:path")

const { start } = require("./interpreter.ts")
const { Report } = require("./report.ts")
const { runScenarios } = require("./runner.ts")
const { parseScenario } = require("./scenario.ts")

const SCENARIOS = 100

const file = process.argv[2] ?? join(__dirname, "vectors", "all.jsonl")
const lines = readFileSync(file, "utf8").split("\n").slice(0, SCENARIOS)
const items = lines.filter(Boolean).map((line, i) => {
  const scenario = parseScenario(line)
  return { scenario, place: `${file}:${i + 1}`, rerun: `--entry timer --only ${scenario.id} ${file}` }
})
const report = new Report(process.stdout, "")

const [first, ...others] = items
if (first === undefined) throw new Error(`${file} holds no scenario`)
const started = performance.now()
void start(first.scenario)
  .result.then((failure) => {
    const ms = performance.now() - started
    if (failure === undefined) report.passed(ms)
    else report.failed(first, failure, ms)
    return runScenarios(others, "tick", report)
  })
  .then(() => {
    report.end()
    process.exitCode = report.anyFailed ? 1 : 0
  })
