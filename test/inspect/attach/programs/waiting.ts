/** Waits until it is ended. Its argument says how many tasks it has, or none of the library; the next what else it does. */
import { spawn, spawnSync } from "node:child_process"
import { pbkdf2Sync } from "node:crypto"
import { readFileSync } from "node:fs"

import { install } from "./stand-in.ts"

const [, , count = "10", what = "", argument = ""] = process.argv
const ACTIONS: Readonly<Record<string, () => unknown>> = {
  spin,
  wait: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  read: () => console.log(`read ${readFileSync(0).length}`),
  run: () => spawnSync("sleep", [argument]),
  zombie: () => {
    const { pid } = spawn("true")
    console.log(`child ${pid}`)
    spin()
  },
  derive: () => pbkdf2Sync("tea", "salt", 200_000_000, 64, "sha512"),
  end: () => process.exit(0),
  "serve-spin": spin,
}

if (count !== "none") install(Number(count))
if (what === "serve-end") process.on("SIGINT", () => process.exit(0))
if (what === "listen") process.on("SIGUSR1", () => console.log("SIGUSR1"))
if (what.startsWith("serve")) {
  const { serveInspector } = await import("#src/inspect/attach/serve-inspector-node.ts")
  try {
    console.log((await serveInspector({ path: argument === "" ? undefined : argument })).path)
  } catch (error) {
    console.log(error instanceof Error ? error.message : error)
  }
}
setInterval(() => undefined, 1000)
console.log("ready")
const action = ACTIONS[what]
if (action !== undefined) setTimeout(action, what === "end" ? Number(argument) : 1)

function spin(): never {
  for (let i = 0; ; i++) Math.sqrt(i)
}
