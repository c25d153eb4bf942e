/**
 * How a child process is started, and the checks of what callers say about it.
 */
import { checkInteger, checkSeconds, checkSignal, describe } from "../structures/arguments.ts"
import type { AbortSignalLike } from "../host/host.ts"
import { signalName, type Signal } from "./signal-name.ts"
import { DEVNULL, PIPE, STDOUT } from "./subprocess-constants.ts"

/** What has a file descriptor: an open file, a socket or another of Node's streams. */
export type WithDescriptor = { readonly fd: number } | NodeJS.ReadableStream | NodeJS.WritableStream

/**
 * Where a standard stream of a child leads: `PIPE`, `DEVNULL`, a file descriptor of this
 * process or what has one; `"inherit"`, null and undefined for where this process's leads.
 */
export type Redirect = number | WithDescriptor | "inherit" | null | undefined

/** How a child process is started. */
export interface SubprocessOptions {
  /** Its standard input; this process's by default. */
  readonly stdin?: Redirect
  /** Its standard output; this process's by default. */
  readonly stdout?: Redirect
  /** Its error output; this process's by default. `STDOUT` for where its standard output leads. */
  readonly stderr?: Redirect
  /** How many bytes a line of its output may have, and half of what is buffered; 65536 by default. */
  readonly limit?: number | undefined
  /** The directory it starts in; this process's by default. */
  readonly cwd?: string | URL | undefined
  /** All its environment variables; this process's by default. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** What it sees as its own name, in place of the program. */
  readonly argv0?: string | undefined
  /** Makes it the leader of a session of its own (`setsid`), which Ctrl-C in the terminal does not reach. */
  readonly startNewSession?: boolean | undefined
  /** The user it runs as. */
  readonly uid?: number | undefined
  /** The group it runs as. */
  readonly gid?: number | undefined
  /** When it aborts, the child is ended as by disposal. */
  readonly signal?: AbortSignalLike | undefined
  /** The signal by which disposal and `signal` end the child; `SIGKILL` by default. */
  readonly killSignal?: Signal | undefined
  /** Seconds after which a child that outlives `killSignal` gets `SIGKILL`; 5 by default. */
  readonly graceSeconds?: number | undefined
}

/** How a command line is run. */
export interface ShellOptions extends SubprocessOptions {
  /** The shell; `/bin/sh` by default. */
  readonly shell?: string | undefined
}

const KNOWN = new Set([
  "stdin", "stdout", "stderr", "limit", "cwd", "env", "argv0", "startNewSession", "uid", "gid", "signal", "killSignal", "graceSeconds",
])
const TEXT = ["encoding", "errors", "text", "universalNewlines"]

/** What is started: a program with its arguments. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
  /** What it is called in messages. */
  readonly shown: string
}

/** Parts what `createSubprocessExec` was given. @throws TypeError or RangeError. */
export function parseExec(what: string, given: readonly unknown[]): { command: Command; options: SubprocessOptions } {
  const words = [...given]
  let options: SubprocessOptions = {}
  const last = words.at(-1)
  if (words.length > 1 && (last === undefined || (typeof last === "object" && last !== null && !Array.isArray(last)))) {
    words.pop()
    options = last ?? {}
  }
  if (words.length === 2 && Array.isArray(words[1])) words.splice(1, 1, ...(words[1] as unknown[]))
  const [program, ...args] = words
  if (typeof program !== "string") throw new TypeError(`the program of ${what} is a string, but ${describe(program)} was given`)
  if (program === "") throw new RangeError(`the program of ${what} is empty; give its name or path`)
  for (const [index, arg] of args.entries()) {
    if (typeof arg !== "string") {
      throw new TypeError(`argument ${index + 1} of ${program} is a string, but ${describe(arg)} was given; the options come last, in one object`)
    }
  }
  const strings = args as string[] // all were looked at
  refuseZeroBytes(what, [program, ...strings])
  checkOptions(what, options, KNOWN)
  if ("shell" in options) throw new RangeError(`${what} runs a program without a shell; for a command line use createSubprocessShell`)
  return { command: { program, args: strings, shown: program }, options }
}

/** Parts what `createSubprocessShell` was given. @throws TypeError or RangeError. */
export function parseShell(what: string, line: unknown, options: ShellOptions = {}): { command: Command; options: SubprocessOptions } {
  if (typeof options !== "object" || options === null) throw new TypeError(`the options of ${what} are an object, but ${describe(options)} was given`)
  if (typeof line !== "string") {
    throw new TypeError(`the command of ${what} is one string, but ${describe(line)} was given; for a program with arguments use createSubprocessExec`)
  }
  refuseZeroBytes(what, [line])
  const { shell = "/bin/sh" } = options
  if (typeof shell !== "string" || shell === "") {
    throw new TypeError(`the shell of ${what} is the path of a program, but ${describe(shell)} was given`)
  }
  checkOptions(what, options, new Set([...KNOWN, "shell"]))
  return { command: { program: shell, args: ["-c", line], shown: shell }, options }
}

function checkOptions(what: string, options: SubprocessOptions, known: ReadonlySet<string>): void {
  if (typeof options !== "object" || options === null) throw new TypeError(`the options of ${what} are an object, but ${describe(options)} was given`)
  const given = options as Readonly<Record<string, unknown>> // as callers without types may give it
  for (const key of TEXT) {
    if (given[key] !== undefined && given[key] !== false && given[key] !== null) {
      throw new RangeError(`${what} has no option ${key}: pipes carry bytes; decode them with toString("utf8") or a TextDecoder`)
    }
  }
  if (given["bufsize"] !== undefined && given["bufsize"] !== 0) throw new RangeError(`${what} has no option bufsize: pipes are not buffered; see limit`)
  for (const key of Object.keys(given)) {
    if (known.has(key) || key === "shell" || key === "bufsize" || TEXT.includes(key)) continue
    throw new TypeError(`${what} has no option ${key}; it has ${[...known].join(", ")}`)
  }
  checkRedirect(what, "stdin", options.stdin, false)
  checkRedirect(what, "stdout", options.stdout, false)
  checkRedirect(what, "stderr", options.stderr, true)
  if (options.limit !== undefined) checkInteger(options.limit, `the limit of ${what}`, 1)
  if (options.graceSeconds !== undefined) checkSeconds(options.graceSeconds, `graceSeconds of ${what}`)
  if (options.killSignal !== undefined) signalName(options.killSignal, `killSignal of ${what}`)
  // Before there is a child, which nobody would have if this were found out later.
  if (options.signal !== undefined) checkSignal(options.signal, `the signal of ${what}`)
  checkDirectory(what, options.cwd)
  checkEnvironment(what, options.env)
  checkWord(what, "argv0", options.argv0)
  const { startNewSession } = options
  if (startNewSession !== undefined && typeof startNewSession !== "boolean") {
    throw new TypeError(`startNewSession of ${what} is true or false, but ${describe(startNewSession)} was given`)
  }
  for (const key of ["uid", "gid"] as const) {
    const id = options[key]
    if (id !== undefined) checkInteger(id, `${key} of ${what}`, 0)
  }
}

function checkDirectory(what: string, cwd: string | URL | undefined): void {
  if (!(cwd instanceof URL)) checkWord(what, "cwd", cwd)
  else if (cwd.protocol !== "file:") throw new RangeError(`cwd of ${what} is a path or a URL of file:, but one of ${cwd.protocol} was given`)
}

function checkEnvironment(what: string, env: SubprocessOptions["env"]): void {
  if (env === undefined || env === null) return
  if (typeof env !== "object") {
    throw new TypeError(`env of ${what} is an object of all variables, such as { ...process.env, LANG: "C" }, but ${describe(env)} was given`)
  }
  for (const [name, value] of Object.entries(env)) {
    if (name === "" || /[=\0]/.test(name)) throw new RangeError(`env of ${what} has ${describe(name)}, which is no name of a variable`)
    // Its value may be a secret.
    if (value !== undefined && typeof value !== "string") throw new TypeError(`the variable ${name} of ${what} is a string, but a ${typeof value} was given`)
    if (value?.includes("\0") === true) throw new RangeError(`the variable ${name} of ${what} has a zero byte in it, which no variable can`)
  }
}

function checkWord(what: string, key: string, value: unknown): void {
  if (value === undefined || value === null) return
  if (typeof value !== "string") throw new TypeError(`${key} of ${what} is a string, but ${describe(value)} was given`)
  if (value.includes("\0")) throw new RangeError(`${key} of ${what} is ${describe(value)}, but it cannot have a zero byte in it`)
}

function checkRedirect(what: string, key: string, given: Redirect, mayBeStdout: boolean): void {
  if (given === undefined || given === null || given === "inherit" || given === PIPE || given === DEVNULL) return
  if (given === STDOUT) {
    if (mayBeStdout) return
    throw new RangeError(`${key} of ${what} cannot be STDOUT: only stderr can lead where stdout leads`)
  }
  if (typeof given === "number") {
    checkInteger(given, `${key} of ${what}, a file descriptor,`, 0)
    return
  }
  if (typeof given === "object" && ("fd" in given || "on" in given)) return
  throw new TypeError(`${key} of ${what} is PIPE, DEVNULL, "inherit", a file descriptor or what has one, but ${describe(given)} was given`)
}

function refuseZeroBytes(what: string, words: readonly string[]): void {
  for (const word of words) {
    if (word.includes("\0")) throw new RangeError(`${what} was given ${describe(word)}, but no program or argument can have a zero byte in it`)
  }
}
