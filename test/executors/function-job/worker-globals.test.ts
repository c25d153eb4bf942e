import assert from "node:assert/strict"
import { once } from "node:events"
import { test } from "node:test"
import { Worker } from "node:worker_threads"
import { isAssignedGlobal, isWorkerGlobal, moduleOfImport } from "#src/executors/function-job/worker-globals.ts"

test("every global of a worker is one here, whatever Node has added", async () => {
  const code = `import { parentPort } from "node:worker_threads"; parentPort.postMessage(Object.getOwnPropertyNames(globalThis))`
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`))
  const [names] = (await once(worker, "message")) as [string[]] // as the worker posts it
  assert.ok(names.length > 100)
  assert.deepEqual(names.filter((name) => !isWorkerGlobal(name, false) || isAssignedGlobal(name)), [])
})

test("what a program assigns to globalThis is no global of a worker, and nor are the variables of a file", () => {
  Object.assign(globalThis, { teaOfTheTest: 1 })
  try {
    assert.equal(isWorkerGlobal("teaOfTheTest", true), false)
    assert.equal(isAssignedGlobal("teaOfTheTest"), true)
  } finally {
    delete (globalThis as { teaOfTheTest?: number }).teaOfTheTest // added above
  }
  for (const name of ["require", "module", "exports", "__dirname", "__filename", "fs", "path", "tea"]) assert.equal(isWorkerGlobal(name, true), false, name)
})

test("the built-in modules that the REPL and `node -e` offer as variables are no globals of a worker", () => {
  Object.defineProperty(globalThis, "zlib", { configurable: true, get: () => assert.fail("it was looked at") })
  try {
    assert.equal(isWorkerGlobal("zlib", false), false)
  } finally {
    delete (globalThis as { zlib?: unknown }).zlib // added above
  }
})

test("a program may ask which host it is on", () => {
  assert.equal(isWorkerGlobal("Deno", true), true)
  assert.equal(isWorkerGlobal("Deno", false), false)
})

test("the variables that compilers make of imports lead to their built-in module", () => {
  const modules = { import_node_fs: "fs", node_fs_1: "fs", _nodeFs: "fs", _fs: "fs", path_1: "path", import_node_child_process: "child_process", _nodeChild_process: "child_process", node_child_process_1: "child_process", _child_process: "child_process", import_node_path2: "path" }
  for (const [variable, module] of Object.entries(modules)) assert.equal(moduleOfImport(variable), module, variable)
  for (const variable of ["import_jobs", "jobs_1", "_a", "rate", "_"]) assert.equal(moduleOfImport(variable), undefined, variable)
})
