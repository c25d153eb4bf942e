/**
 * Starting programs, with streams or with a protocol.
 */
import { checkFunction } from "../structures/arguments.ts"
import { CancelledError } from "../errors/cancelled-error.ts"
import { BodyCoroutine } from "../core/body-coroutine.ts"
import { CallbackContext } from "../core/callback-context.ts"
import type { Coroutine } from "../core/coroutine.ts"
import type { EventLoop } from "../core/event-loop.ts"
import { getRunningLoop } from "../core/running.ts"
import type { ChildTransport } from "./child-transport.ts"
import { endChild } from "./end-child.ts"
import { Process, type ProcessFor } from "./process.ts"
import type { SubprocessProtocol } from "./protocol.ts"
import { spawnChild } from "./spawn-child.ts"
import { begin } from "./stream-transport.ts"
import { PIPE } from "./subprocess-constants.ts"
import { parseExec, parseShell, type Command, type ShellOptions, type SubprocessOptions } from "./subprocess-options.ts"
import { SubprocessStreamProtocol } from "./subprocess-stream-protocol.ts"
import type { SubprocessTransport } from "./transport.ts"

/**
 * Starts a program, without a shell. Its arguments follow one by one, or as one array; the
 * options come last.
 *
 * @returns the process, once it runs
 * @throws FileNotFoundError if the program, or the directory `cwd`, is not there;
 * PermissionError if it may not be run; another OSError if the system has no room for it.
 * TypeError or RangeError for arguments and options that cannot be meant: at the call.
 * @throws CancelledError if the task is cancelled first; no process is left.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const process = await asyncio.createSubprocessExec("echo", "tea", { stdout: asyncio.subprocess.PIPE })
 *   for await (const line of process.stdout) console.log(line.toString().trim()) // -> tea
 *   console.log(await process.wait()) // -> 0
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.create_subprocess_exec
 */
export function createSubprocessExec(program: string, ...args: string[]): Coroutine<ProcessFor<{}>>
export function createSubprocessExec<const O extends SubprocessOptions>(program: string, ...rest: [...args: string[], options: O]): Coroutine<ProcessFor<O>>
export function createSubprocessExec<const O extends SubprocessOptions = {}>(program: string, args: readonly string[], options?: O): Coroutine<ProcessFor<O>>
export function createSubprocessExec(...given: unknown[]): Coroutine<unknown> {
  const { command, options } = parseExec("createSubprocessExec", given)
  return start("createSubprocessExec", command, options)
}

/**
 * Runs a command line through a shell. Quote what comes from elsewhere, or use
 * `createSubprocessExec`, which needs no quotes.
 *
 * @returns the shell's process, once it runs
 * @throws as `createSubprocessExec`, about the shell.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(async () => {
 *   const shell = await asyncio.createSubprocessShell("echo tea | tr a-z A-Z", { stdout: asyncio.subprocess.PIPE })
 *   const [output] = await shell.communicate()
 *   console.log(output.toString().trim()) // -> TEA
 * })
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.create_subprocess_shell
 */
export function createSubprocessShell<const O extends ShellOptions = {}>(line: string, options?: O): Coroutine<ProcessFor<O>>
export function createSubprocessShell(line: string, given: ShellOptions = {}): Coroutine<unknown> {
  const { command, options } = parseShell("createSubprocessShell", line, given)
  return start("createSubprocessShell", command, options)
}

/** For `loop.subprocessExec`: all three streams are pipes unless the options say otherwise. */
export function subprocessExec<P extends SubprocessProtocol>(
  loop: EventLoop,
  protocolFactory: () => P,
  ...given: unknown[]
): Coroutine<[transport: SubprocessTransport, protocol: P]> {
  checkFunction(protocolFactory, "the protocol factory of subprocessExec")
  const { command, options } = parseExec("subprocessExec", given)
  return connect(loop, "subprocessExec", protocolFactory, command, options)
}

/** For `loop.subprocessShell`. */
export function subprocessShell<P extends SubprocessProtocol>(
  loop: EventLoop,
  protocolFactory: () => P,
  line: string,
  given: ShellOptions = {},
): Coroutine<[transport: SubprocessTransport, protocol: P]> {
  checkFunction(protocolFactory, "the protocol factory of subprocessShell")
  const { command, options } = parseShell("subprocessShell", line, given)
  return connect(loop, "subprocessShell", protocolFactory, command, options)
}

function start(name: string, command: Command, options: SubprocessOptions): Coroutine<Process> {
  return new BodyCoroutine(name, async () => {
    const loop = getRunningLoop()
    const protocol = new SubprocessStreamProtocol(loop, options.limit === undefined ? {} : { limit: options.limit })
    const transport = await launch(loop, name, protocol, command, options)
    return new Process(transport, protocol, options)
  })
}

function connect<P extends SubprocessProtocol>(
  loop: EventLoop,
  name: string,
  protocolFactory: () => P,
  command: Command,
  options: SubprocessOptions,
): Coroutine<[transport: SubprocessTransport, protocol: P]> {
  return new BodyCoroutine(name, async () => {
    const protocol = protocolFactory()
    const transport = await launch(loop, name, protocol, command, { stdin: PIPE, stdout: PIPE, stderr: PIPE, ...options })
    return [transport, protocol]
  })
}

async function launch(loop: EventLoop, name: string, protocol: SubprocessProtocol, command: Command, options: SubprocessOptions): Promise<ChildTransport> {
  const { signal } = options
  if (signal?.aborted) throw new CancelledError(signal.reason, { reason: signal.reason, requestedBy: "an AbortSignal" })
  const transport = await spawnChild(name, command, options, { loop, protocol, calls: new CallbackContext(loop) })
  if (signal !== undefined) {
    const end = (): void => endChild(transport, options)
    signal.addEventListener("abort", end, { once: true })
    transport.onExit(() => signal.removeEventListener("abort", end))
    // It may have aborted while the child was being started.
    if (signal.aborted) end()
  }
  transport[begin]()
  return transport
}
