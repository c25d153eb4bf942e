/**
 * Starting a child process, and telling why one could not be started.
 */
import { spawn, type ChildProcess, type StdioOptions } from "node:child_process"
import { accessSync, constants, statSync } from "node:fs"
import { delimiter, join } from "node:path"
import type { Readable, Writable } from "node:stream"
import { fileURLToPath } from "node:url"
import { FileNotFoundError, NotADirectoryError, osError, PermissionError } from "../errors/os-errors.ts"
import { atRoot } from "../host/node.ts"
import type { CallbackContext } from "../core/callback-context.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { hostOperation } from "../core/host-operation.ts"
import { settledFor } from "../tasks/settled.ts"
import { ChildTransport } from "./child-transport.ts"
import type { SubprocessProtocol } from "./protocol.ts"
import { socketPair, type SocketPair } from "./socket-pair.ts"
import { DEVNULL, PIPE, STDOUT } from "./subprocess-constants.ts"
import type { Command, Redirect, SubprocessOptions } from "./subprocess-options.ts"

/** What a new child is told of, and where. */
export interface ChildAudience {
  readonly loop: EventLoop
  readonly protocol: SubprocessProtocol
  readonly calls: CallbackContext
}

/**
 * Starts the program. Cancelled after that, the child is killed, and waited for: what was
 * begun has ended when this has.
 */
export async function spawnChild(name: string, command: Command, options: SubprocessOptions, audience: ChildAudience): Promise<ChildTransport> {
  const merged = options.stderr === STDOUT && options.stdout === PIPE
  const pair = merged ? await socketPair(name) : null
  let started: ChildTransport | undefined
  try {
    return await hostOperation<ChildTransport>({
      name,
      detail: command.shown,
      says: () => `process ${command.shown}, starting`,
      start(done) {
        const refused = (error: unknown): void => done.failed(explain(error, command, options))
        const child = start(command, options, pair, refused)
        if (child === null) return undefined
        // Node tells what it could not start by an event, and such a child has no process.
        if (child.pid === undefined) {
          child.once("error", refused)
          for (const stream of child.stdio) stream?.on("error", () => undefined).destroy()
          return undefined
        }
        const transport = new ChildTransport(audience.loop, child, child.pid, pipesOf(child, pair), audience.protocol, {
          calls: audience.calls,
          program: command.shown,
          leader: options.startNewSession === true,
        })
        started = transport
        child.once("spawn", () => done.returned(transport))
        return () => transport.end("SIGKILL")
      },
      discard: (transport) => transport.end("SIGKILL"),
    })
  } catch (error) {
    if (started === undefined) pair?.ours.destroy()
    else await reaped(started)
    throw error
  } finally {
    // The child has its own copy, and with ours open there would be no end of its output.
    pair?.theirs.destroy()
  }
}

/** Waits until the process has exited, whoever asks to be cancelled meanwhile. */
export async function reaped(transport: ChildTransport): Promise<void> {
  await settledFor(new Promise<number>((resolve) => transport.onExit(resolve)), `process ${transport.getPid()}, which was told to end`)
}

function start(command: Command, options: SubprocessOptions, pair: SocketPair | null, refused: (error: unknown) => void): ChildProcess | null {
  const { cwd, env, argv0, uid, gid } = options
  const stdout = pair === null ? streamOf(options.stdout, 1) : pair.theirs
  const stderr = options.stderr === STDOUT ? (stdout === "inherit" ? 1 : stdout) : streamOf(options.stderr, 2)
  const stdio = [streamOf(options.stdin, 0), stdout, stderr] as StdioOptions // of Node's own kinds
  try {
    return atRoot(() =>
      spawn(command.program, [...command.args], {
        stdio,
        windowsHide: true,
        ...(cwd !== undefined && { cwd }),
        ...(env !== undefined && { env: { ...env } }),
        ...(argv0 !== undefined && { argv0 }),
        ...(uid !== undefined && { uid }),
        ...(gid !== undefined && { gid }),
        ...(options.startNewSession === true && { detached: true }),
      }),
    )
  } catch (error) {
    refused(error)
    return null
  }
}

function streamOf(redirect: Redirect, own: number): unknown {
  if (redirect === PIPE) return "pipe"
  if (redirect === DEVNULL) return "ignore"
  if (redirect === undefined || redirect === null || redirect === "inherit") return own === 0 ? 0 : "inherit"
  if (typeof redirect === "object" && "fd" in redirect && typeof redirect.fd === "number" && redirect.fd >= 0) return redirect.fd
  return redirect
}

function pipesOf(child: ChildProcess, pair: SocketPair | null): { stdin: Writable | null; stdout: Readable | null; stderr: Readable | null } {
  return { stdin: child.stdin, stdout: pair?.ours ?? child.stdout, stderr: child.stderr }
}

/** The system says the same of a missing program, directory and interpreter; what is missing is looked for. */
function explain(error: unknown, command: Command, options: SubprocessOptions): unknown {
  const { shown } = command
  const attempt = `cannot start ${JSON.stringify(shown)}`
  const { code } = error as { code?: unknown } // of whatever was thrown
  if (code === "ENOENT" || code === "ENOTDIR" || code === "EACCES") {
    const { cwd } = options
    if (cwd !== undefined) {
      const why = wrongDirectory(cwd instanceof URL ? fileURLToPath(cwd) : cwd, attempt, error)
      if (why !== undefined) return why
    }
    const file = find(command.program, options)
    if (code === "ENOENT") {
      const message =
        file !== undefined
          ? `${file} is there, but not the interpreter that its first line names`
          : command.program.includes("/")
            ? "there is no such file"
            : "there is no such program in the folders of PATH"
      return new FileNotFoundError(`${attempt}: ${message} (ENOENT)`, { ...facts(error), path: shown, cause: error })
    }
    if (code === "EACCES") {
      const what = file ?? shown
      const message = isDirectory(what) ? `${what} is a directory` : `${what} may not be executed by this user`
      return new PermissionError(`${attempt}: ${message} (EACCES)`, { ...facts(error), path: shown, cause: error })
    }
  }
  return osError(error, attempt)
}

function wrongDirectory(cwd: string, attempt: string, cause: unknown): unknown {
  const where = `${attempt} in the directory ${JSON.stringify(cwd)}`
  try {
    if (!statSync(cwd).isDirectory()) {
      return new NotADirectoryError(`${where}: that is no directory (ENOTDIR)`, { ...facts(cause), code: "ENOTDIR", path: cwd, cause })
    }
    accessSync(cwd, constants.X_OK)
    return undefined
  } catch (found) {
    if ((found as { code?: unknown }).code === "ENOENT") {
      return new FileNotFoundError(`${where}: there is no such directory (ENOENT)`, { ...facts(cause), path: cwd, cause })
    }
    return osError(found, where)
  }
}

/** The file that the system looks for, if it is there. */
function find(program: string, { cwd, env }: SubprocessOptions): string | undefined {
  const base = cwd instanceof URL ? fileURLToPath(cwd) : (cwd ?? ".")
  const path = (env ?? process.env)["PATH"] ?? ""
  const files = program.includes("/") ? [program.startsWith("/") ? program : join(base, program)] : path.split(delimiter).map((folder) => join(folder, program))
  return files.find((file) => statSync(file, { throwIfNoEntry: false }) !== undefined)
}

function isDirectory(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true
}

function facts(error: unknown): { code?: string; errno?: number; syscall?: string } {
  const { code, errno, syscall } = error as { code?: string; errno?: number; syscall?: string } // of Node's system errors
  return { ...(code !== undefined && { code }), ...(errno !== undefined && { errno }), ...(syscall !== undefined && { syscall }) }
}
