/**
 * `asyncio-ts` without a command: a prompt on a running loop.
 */
// A statement may take the names of the globals.
import console from "node:console"
import { readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { createInterface } from "node:readline"
import { Recoverable, start } from "node:repl"
import { inspect, parseArgs } from "node:util"
import { Script } from "node:vm"
import type * as Acorn from "acorn"

import { UsageError } from "../arguments.ts"
import { addCommands } from "./repl-commands.ts"
import { ReplSession, StatementInterrupted } from "./repl-session.ts"
import type { Statement } from "./statement.ts"
import { incomplete } from "./without-types.ts"

const HELP = `usage: asyncio-ts [repl] [OPTIONS]

A prompt on a running event loop, for TypeScript and JavaScript: await and import work at the
top, tasks go on while you type, and asyncio is there. Ctrl-C ends the statement that runs,
Ctrl-D the session.

  .ps, .pstree       the tasks of the session, and what they wait for
  .timeline [FILE]   what they did during the last statement that awaited
  .help              all such commands

A second Ctrl-C interrupts its clean-up, and a third leaves it behind. Code that never comes
to an await after its first is out of reach: Ctrl-\\ ends the process.

  --debug            runs the loop in debug mode
  --quiet            without the lines at the beginning and the end
  --help

ASYNCIO_TS_STARTUP names a file whose statements are run first, ASYNCIO_TS_HISTORY the file
that keeps what was typed (empty for none; by default .asyncio_ts_history in your home folder).
NODE_NO_READLINE=1, or a terminal that is dumb, gives a plain prompt. What comes from a pipe
is run statement by statement.`

const PROMPT = "> "
/** By its name, as programs import it: then both have the same one. */
const ENTRY: string = "asyncio-ts"
const FAILED = 1
const INTERRUPTED = 130
/** How Node's own completion asks for the value of what stands before a point. */
const COMPLETION = /^try \{ [^]* \} catch \{\}$/

/** Runs the command, and gives its exit code. */
export async function replCommand(argv: readonly string[]): Promise<number> {
  const { help, debug, quiet } = parse(argv)
  if (help) {
    console.log(HELP)
    return 0
  }
  muteNews()
  const session = new ReplSession(await acorn(), (await import(ENTRY)) as object, debug)
  if (!quiet && process.stdin.isTTY) {
    console.log(`asyncio-ts ${version()} on Node ${process.version.slice(1)}: asyncio is there, and so are await and import. .help tells more.`)
  }
  const { isTTY } = process.stdin
  let leaving = false
  // All the time: a run within a statement ends the process by a Ctrl-C that nobody else listens to.
  process.on("SIGINT", () => {
    if (!session.interrupt() && (leaving || !isTTY)) process.exit(INTERRUPTED)
  })
  await startUp(session)
  const code = isTTY ? await talk(session) : await readAll(session)
  leaving = true
  if (!quiet && isTTY) console.log("leaving asyncio-ts, and cancelling what is left …")
  // Whoever leaves does not want to hear what he has not awaited.
  process.removeAllListeners("warning")
  process.on("warning", () => undefined)
  await session.close()
  await Promise.all([printed(process.stdout), printed(process.stderr)])
  // What is open of the host's, such as a server, would keep a session that was left.
  return process.exit(process.exitCode ?? code)
}

/** Waits until the system has all that was printed: whoever reads a pipe may be slow. */
function printed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve()
    else stream.write("", () => resolve())
  })
}

/** What is new in Node and used here says nothing to who types at a prompt. */
function muteNews(): void {
  const { emitWarning } = process
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    if (/stripTypeScriptTypes|vm\.USE_MAIN_CONTEXT_DEFAULT_LOADER/.test(String(warning))) return
    Reflect.apply(emitWarning, process, [warning, ...rest])
  }
}

function parse(argv: readonly string[]): { help: boolean; debug: boolean; quiet: boolean } {
  try {
    const options = { help: { type: "boolean", short: "h", default: false }, debug: { type: "boolean", default: false }, quiet: { type: "boolean", short: "q", default: false } } as const
    return parseArgs({ args: [...argv], options }).values
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} (asyncio-ts repl --help lists the options)`)
  }
}

async function acorn(): Promise<typeof Acorn> {
  try {
    return await import("acorn")
  } catch (error) {
    throw new UsageError(`the prompt needs the package acorn, which reads what you type: npm install acorn (${error instanceof Error ? error.message.split("\n", 1)[0] : String(error)})`)
  }
}

function version(): string {
  const file = new URL("../../../package.json", import.meta.url)
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version // npm requires one
}

/** Errors in it are told, and the session goes on. */
async function startUp(session: ReplSession): Promise<void> {
  const file = process.env["ASYNCIO_TS_STARTUP"]
  if (file === undefined || file === "") return
  try {
    const statement = session.read(readFileSync(file, "utf8"))
    if (statement === incomplete) throw new SyntaxError("it ends in the midst of a statement")
    await session.run(statement)
  } catch (error) {
    console.error(`ASYNCIO_TS_STARTUP, ${file}:`, error)
  }
}

/** A prompt in a terminal, until it is left. */
function talk(session: ReplSession): Promise<number> {
  return new Promise((resolve) => {
    let last: Promise<unknown> = Promise.resolve()
    const server = start({
      prompt: PROMPT,
      useGlobal: true,
      ignoreUndefined: true,
      terminal: process.env["TERM"] !== "dumb" && process.env["NODE_NO_READLINE"] !== "1",
      eval: (typed, _context, _file, tell) => {
        if (COMPLETION.test(typed.trim())) return tell(null, new Script(typed).runInThisContext())
        const statement = readOr(session, typed, (error) => tell(Object.assign(error, { stack: `${error.name}: ${error.message}` }), undefined))
        if (statement === undefined) return
        if (statement === incomplete) return tell(new Recoverable(new SyntaxError("there is more to come")), undefined)
        // One after the other, also where several lines come at once.
        last = last.then(() => interruptible(() => session.run(statement))).then(
          ({ value }) => tell(null, value),
          (error: unknown) => {
            // Node shows whatever it is, but takes what is false for no error.
            if (!(error instanceof StatementInterrupted)) return tell((error || new Error(`${inspect(error)} was thrown`)) as Error, undefined)
            server.output.write(`${error.shown}\n`)
            tell(null, undefined)
          },
        )
      },
    })
    // As a key it came before the statement began, and there is nothing else that it could be for.
    const listeners = server.listeners("SIGINT") as (() => void)[] // of an event that tells nothing more
    server.removeAllListeners("SIGINT").on("SIGINT", () => {
      if (!session.interrupt()) for (const listener of listeners) listener.call(server)
    })
    addCommands(server, session)
    const history = process.env["ASYNCIO_TS_HISTORY"] ?? join(homedir(), ".asyncio_ts_history")
    if (history !== "") server.setupHistory(history, (error) => error && console.error(`what you type is not kept in ${history}: ${error.message}`))
    server.on("exit", () => {
      session.interrupt()
      void last.then(() => resolve(0))
    })
  })
}

/** Statement by statement, as far as the input goes: 1 if one of them has failed. */
async function readAll(session: ReplSession): Promise<number> {
  let failed = false
  const fail = (error: unknown): void => {
    failed = true
    console.error(error instanceof StatementInterrupted ? error.shown : error)
  }
  // Their stack is of who reads what was typed.
  const refuse = (error: SyntaxError): void => fail(`${error.name}: ${error.message}`)
  let typed = ""
  for await (const line of createInterface({ input: process.stdin })) {
    typed += `${line}\n`
    const statement = readOr(session, typed, refuse)
    if (statement === incomplete) continue
    typed = ""
    if (statement === undefined) continue
    try {
      const { value } = await session.run(statement)
      if (value !== undefined) console.log(value)
    } catch (error) {
      fail(error)
    }
  }
  if (typed.trim() !== "") refuse(new SyntaxError("the input ends in the midst of a statement"))
  return failed ? FAILED : 0
}

/** The statement, or undefined where `fail` was told that it is none. */
function readOr(session: ReplSession, typed: string, fail: (error: SyntaxError) => void): Statement | typeof incomplete | undefined {
  try {
    return session.read(typed)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    fail(error)
    return undefined
  }
}

/**
 * Runs a statement while Ctrl-C is a signal, which ends also one that never comes to an await: in
 * the mode of a prompt it is a key, which is read in the next turn of the host.
 */
async function interruptible<T>(run: () => Promise<T>): Promise<T> {
  const { stdin } = process
  const raw = stdin.isTTY && stdin.isRaw
  if (raw) stdin.setRawMode(false)
  try {
    return await run()
  } finally {
    if (raw && !stdin.destroyed) stdin.setRawMode(true)
  }
}
