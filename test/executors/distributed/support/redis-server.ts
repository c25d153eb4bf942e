/** A Redis of a test's own: in a temporary folder, on a port that was free. */
import { spawn, type ChildProcess } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer, type AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { needs } from "../../../support/needs.ts"

export const skip = needs("redis-server", "redis-server")

/** Ends the server when its input ends: also when the test was killed. */
const WATCHED = 'exec 3<&0; "$0" "$@" 3<&- & server=$!; { cat <&3 >&2; kill -KILL $server; } & wait $server; kill $!'

export interface RedisServer {
  readonly port: number
  readonly url: string
  /** Ends it where it stands, as a crash does. */
  kill(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

/** Starts a server; what it has is kept over `kill` and `start` with `durable`. */
export async function redisServer({ durable = false, password }: { durable?: boolean; password?: string } = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-redis-"))
  const port = await freePort()
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder, "--appendonly", durable ? "yes" : "no"]
  // Each second, the default, would lose what was answered last when the server is killed.
  if (durable) args.push("--appendfsync", "always")
  if (password !== undefined) args.push("--requirepass", password)
  let running: ChildProcess | null = null
  const start = async (): Promise<void> => {
    const child = spawn("sh", ["-c", WATCHED, "redis-server", ...args], { stdio: ["pipe", "pipe", "ignore"] })
    running = child
    await new Promise<void>((resolve, reject) => {
      let log = ""
      child.once("exit", () => reject(new Error(`redis-server ended:\n${log}`)))
      child.stdout?.on("data", (chunk: Buffer) => {
        log += chunk.toString()
        if (log.includes("Ready to accept connections")) resolve()
      })
    })
  }
  const kill = async (): Promise<void> => {
    const child = running
    running = null
    if (child === null) return
    const over = new Promise((resolve) => child.once("exit", resolve))
    child.stdin?.end()
    await over
  }
  await start()
  return {
    port,
    url: `redis://${password === undefined ? "" : `:${password}@`}127.0.0.1:${port}`,
    kill,
    start,
    async remove() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo // a TCP server has one
  await new Promise((resolve) => server.close(resolve))
  return port
}
