/**
 * Ends the worker processes of a program that was killed and could not end them itself.
 *
 * A process that waits hears that its pipe to the program is closed, and leaves; one that
 * computes does not. A thread in each process that looks after its parent takes 11 MB and 16 ms of
 * a processor; one shell for all of them takes 1 MB and 2 ms. Windows ends the children of a
 * process with it.
 */
import { spawn, type ChildProcess } from "node:child_process"
import { atRoot } from "../../host/node.ts"

/** Each line has all that run; the last one counts when no more come. */
const SCRIPT = 'all=; while read -r line; do all=$line; done; [ -z "$all" ] || kill -9 $all'

const running = new Set<ChildProcess>()
let watch: ChildProcess | null = null

/** Sees to it that `child` does not outlive this process. */
export function watchOver(child: ChildProcess): void {
  if (running.size === 0) process.on("exit", endAll)
  running.add(child)
  tell()
}

/** `child` has ended. */
export function watchNoMore(child: ChildProcess): void {
  if (!running.delete(child)) return
  if (running.size === 0) process.off("exit", endAll)
  tell()
}

function endAll(): void {
  for (const child of running) child.kill("SIGKILL")
  // So that nothing is ended that has got one of their numbers meanwhile.
  watch?.stdin?.write("\n")
}

function tell(): void {
  if (process.platform === "win32") return
  watch ??= atRoot(start)
  watch.stdin?.write(`${[...running].map(({ pid }) => pid ?? "").join(" ")}\n`)
}

function start(): ChildProcess {
  // In a group of its own: what ends this program's group is what it is to outlive.
  const shell = spawn("/bin/sh", ["-c", SCRIPT], { stdio: ["pipe", "ignore", "ignore"], detached: true, env: {}, cwd: "/" })
  shell.unref()
  const input = shell.stdin
  ;(input as typeof input & { unref(): void }).unref() // a pipe to a process is a socket
  // Without it a program is not held up: only its kill -9 would leave processes that compute.
  shell.on("error", () => undefined)
  input.on("error", () => undefined)
  return shell
}
