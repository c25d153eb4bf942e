/** Starts the server of the benches of HTTP clients. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** How many requests are under way at a time in the bench `http-client-50`. */
export const concurrency = 50

let started: Promise<string> | undefined

/** The URL of the server; it is started by the first call, which is the warm-up's. */
export function serverUrl(): Promise<string> {
  return (started ??= start())
}

function start(): Promise<string> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("http-client-server.ts", import.meta.url))], {
    stdio: ["pipe", "pipe", "inherit"],
  })
  return new Promise((resolve, reject) => {
    child.once("error", reject)
    child.stdout.once("data", (line: Buffer) => {
      // It must not keep this process from ending, which ends it.
      child.unref()
      for (const stream of [child.stdin, child.stdout]) (stream as unknown as { unref(): void }).unref() // pipes are sockets
      resolve(`http://127.0.0.1:${line.toString().trim()}`)
    })
  })
}
