/** The command `asyncio-ts worker` in a process of its own. */
import { spawn } from "node:child_process"
import { join } from "node:path"

export interface WorkerProcess {
  /** What it has told so far, as JSON. */
  readonly events: readonly Record<string, unknown>[]
  /** All that it has written. */
  readonly text: string
  /** Waits until it tells something of that kind. */
  told(kind: string): Promise<Record<string, unknown>>
  /** Waits until it has written that. */
  wrote(text: string): Promise<void>
  kill(signal: NodeJS.Signals): void
  /** The code or signal it ended with. */
  readonly ended: Promise<number | string>
}

const MAIN = join(import.meta.dirname, "../../../../src/cli/main.ts")

/** @param args - what comes after `asyncio-ts` */
export function workerProcess(args: readonly string[], env: Record<string, string> = {}): WorkerProcess {
  // The test's own conditions are in its NODE_OPTIONS or its arguments.
  const child = spawn(process.execPath, [...process.execArgv.filter((option) => option.startsWith("--conditions")), MAIN, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  })
  let text = ""
  let rest = ""
  const events: Record<string, unknown>[] = []
  const watchers = new Set<() => void>()
  const heard = (chunk: Buffer): void => {
    text += chunk.toString()
    for (const watcher of watchers) watcher()
  }
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n")
    rest = lines.pop() ?? ""
    for (const line of lines) if (line.startsWith("{")) events.push(JSON.parse(line) as Record<string, unknown>)
    heard(chunk)
  })
  child.stderr.on("data", heard)
  const ended = new Promise<number | string>((resolve) => child.once("close", (code, signal) => resolve(code ?? signal ?? "")))
  const until = <T>(what: string, find: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find()
        if (found === undefined) return
        watchers.delete(look)
        resolve(found)
      }
      watchers.add(look)
      look()
      void ended.then((code) => reject(new Error(`the worker ended with ${code} before ${what}:\n${text}`)))
    })
  return {
    events,
    get text() {
      return text
    },
    told: (kind) => until(`it told of '${kind}'`, () => events.find((event) => event["kind"] === kind)),
    wrote: async (wanted) => void (await until(`it wrote '${wanted}'`, () => (text.includes(wanted) ? true : undefined))),
    kill: (signal) => void child.kill(signal),
    ended,
  }
}
