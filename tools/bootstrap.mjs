// Every npm script begins here: node tools/bootstrap.mjs [--with FOLDER]... PROGRAM [ARGUMENT]...
//
// A clone may be on a machine that has only an old Node, and without node_modules. This file
// and what it imports run on Node 18; they install what is missing, find the project's own
// Node (see project-node.mjs) and hand over to it by its absolute path, because a shell that
// has looked `node` up once does not look again.
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { install, root } from "./install.mjs"
import { environment, projectNode } from "./project-node.mjs"

const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])
// npm passes a signal on that a whole process group has had already.
const SAME_SIGNAL_MS = 100

const args = process.argv.slice(2)
const folders = [root]
while (args[0] === "--with") folders.push(join(root, args.splice(0, 2)[1] ?? ""))
const program = args.shift()

if (program === undefined) {
  console.error("usage: node tools/bootstrap.mjs [--with FOLDER]... PROGRAM [ARGUMENT]...")
  process.exit(2)
}

try {
  install(root)
  const node = projectNode()
  for (const folder of folders.slice(1)) install(folder)
  handOver(node, [resolve(root, program), ...args], environment(node))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

/**
 * @param {string} node
 * @param {string[]} argv
 * @param {NodeJS.ProcessEnv} env
 */
function handOver(node, argv, env) {
  // Becoming the program leaves nobody between it and the terminal: its signals and its exit
  // code are its own.
  if (process.platform !== "win32" && typeof process.execve === "function") {
    process.execve(node, [node, ...argv], env)
  }
  const child = spawn(node, argv, { stdio: "inherit", env })
  child.on("error", (error) => {
    console.error(`${node} cannot be started: ${error.message}`)
    process.exit(1)
  })
  for (const signal of SIGNALS) {
    let last = -Infinity
    process.on(signal, () => {
      const again = performance.now() - last < SAME_SIGNAL_MS
      last = performance.now()
      // Ctrl-C reaches every process in the foreground of the terminal, the child among them.
      if (!again && !(signal !== "SIGTERM" && inForeground())) child.kill(signal)
    })
  }
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    for (const name of SIGNALS) process.removeAllListeners(name)
    process.kill(process.pid, signal)
  })
}

/** Whether our process group is the one that a terminal sends its signals to. */
function inForeground() {
  try {
    // Fields 5 and 8, counted after the name, which is in parentheses and may contain anything.
    const fields = readFileSync("/proc/self/stat", "utf8").replace(/^.*\) /s, "").split(" ")
    return fields[2] === fields[5]
  } catch {
    return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  }
}
