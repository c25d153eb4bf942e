/** A PostgreSQL server of a test's own: in a temporary folder, on a free port and on a Unix socket. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process"
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { needs } from "../../support/needs.ts"

export const skip = needs("psql", "postgresql") || needs("openssl", "openssl")

/** Ends the server at once when its input ends: also when the test was killed. */
const WATCHED = 'exec 3<&0; "$0" "$@" 3<&- & server=$!; { cat <&3 >&2; kill -QUIT $server; } & wait $server; kill $!'

export const PASSWORD = "open sesame"

export interface Server {
  readonly port: number
  readonly dsn: string
  /** The folder of its Unix socket. */
  readonly socket: string
  /** The certificate that it shows, which nobody signed; empty without TLS. */
  readonly certificate: string
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>
  /** Starts it again on the same port, with the same data. */
  start(): Promise<void>
  /** Ends it and deletes its data. */
  remove(): Promise<void>
}

export async function startServer({ tls = false } = {}): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), "asyncio-pg-"))
  const owner = serverUser()
  const data = join(folder, "data")
  const passwords = join(folder, "password")
  writeFileSync(passwords, PASSWORD)
  if (owner.uid !== undefined && owner.gid !== undefined) {
    chownSync(folder, owner.uid, owner.gid)
    chownSync(passwords, owner.uid, owner.gid)
  }
  const asOwner = { ...owner, cwd: folder, env: { ...process.env, LC_ALL: "C.UTF-8" } }
  execFileSync(program("initdb"), ["-D", data, "-U", "tester", "--auth=scram-sha-256", `--pwfile=${passwords}`, "--no-sync", "-E", "UTF8"], asOwner)
  const [key, certificate] = [join(folder, "server.key"), join(folder, "server.crt")]
  if (tls) {
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-keyout", key, "-out", certificate, ...subject], { ...asOwner, stdio: "ignore" })
  }
  const port = await freePort()
  const settings = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=40", "shared_buffers=32MB", "autovacuum=off", "max_wal_senders=0", "wal_level=minimal", ...(tls ? ["ssl=on", `ssl_key_file=${key}`, `ssl_cert_file=${certificate}`] : [])]
  const args = ["-D", data, "-p", String(port), "-k", folder, "-h", "127.0.0.1", ...settings.flatMap((setting) => ["-c", setting])]
  let running: ChildProcess | null = null
  const start = async (): Promise<void> => {
    const child = spawn("sh", ["-c", WATCHED, program("postgres"), ...args], { ...asOwner, stdio: ["pipe", "ignore", "pipe"] })
    running = child
    let log = ""
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject)
      child.once("exit", (code) => reject(new Error(`postgres ended with ${code}:\n${log}`)))
      child.stderr.on("data", (chunk: Buffer) => {
        log += chunk.toString()
        if (log.includes("ready to accept connections")) resolve()
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
    socket: folder,
    certificate: tls ? readFileSync(certificate, "utf8") : "",
    dsn: `postgresql://tester:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`,
    kill,
    start,
    async remove() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function program(name: string): string {
  const root = "/usr/lib/postgresql"
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const found = versions.map((version) => join(root, version, "bin", name)).find((file) => existsSync(file))
  return found ?? name
}

/** PostgreSQL refuses to run as root. */
function serverUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (option: string): number => Number(execFileSync("id", [option, "postgres"], { encoding: "utf8" }))
  return { uid: id("-u"), gid: id("-g") }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo // a TCP server has one
  await new Promise((resolve) => server.close(resolve))
  return port
}
