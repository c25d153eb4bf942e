/**
 * A pipeline of processes, joined by streams: `sort | uniq -c | sort -rn | head -n 3`.
 *
 * What one stage writes, the next one reads; a stage that is slow slows down those before it,
 * so that the memory stays small however much goes through. When a stage has had enough, as
 * `head` has, those before it end too.
 */
import * as asyncio from "asyncio-ts"

const { PIPE } = asyncio.subprocess
const CHUNK = 64 * 1024

/** A program with its arguments. */
export type Command = readonly [program: string, ...args: string[]]
type Stage = asyncio.subprocess.Process<asyncio.StreamWriter, asyncio.StreamReader, null>

/**
 * Sends `input` through the commands, and calls `show` with each line of what comes out.
 *
 * @returns the return code of each command; -13 of one that was ended since the next one had enough
 */
export async function pipeline(input: Iterable<string>, commands: readonly Command[], show: (line: string) => void): Promise<number[]> {
  const stages: Stage[] = []
  try {
    for (const [program, ...args] of commands) {
      stages.push(await asyncio.createSubprocessExec(program, ...args, { stdin: PIPE, stdout: PIPE }))
    }
    return await new asyncio.TaskGroup().run(async (group) => {
      for (const [index, stage] of stages.entries()) {
        const before = stages[index - 1]
        group.createTask(() => (before === undefined ? feed(input, stage.stdin) : join(before, stage)), { name: `into ${commands[index]?.[0]}` })
      }
      for await (const line of stages.at(-1)?.stdout ?? []) show(line.toString().trimEnd())
      return asyncio.gather(stages.map((stage) => stage.wait()))
    })
  } finally {
    // Only those that still run, after a failure or a cancellation.
    for (const stage of stages) await stage[Symbol.asyncDispose]()
  }
}

/** Writes the lines, no faster than they are read. */
async function feed(lines: Iterable<string>, writer: asyncio.StreamWriter): Promise<void> {
  for (const line of lines) {
    writer.write(`${line}\n`)
    if (!(await taken(writer))) break
  }
  writer.close()
}

/** Writes what one stage gives into the next, no faster than it is read. */
async function join(from: Stage, to: Stage): Promise<void> {
  for (;;) {
    const chunk = await from.stdout.read(CHUNK)
    if (chunk.length === 0) break
    to.stdin.write(chunk)
    if (await taken(to.stdin)) continue
    // As in a shell: who writes for nobody is ended.
    if (from.returncode === null) from.sendSignal("SIGPIPE")
    break
  }
  to.stdin.close()
}

/** Waits while too much is buffered; false if nobody reads any more. */
async function taken(writer: asyncio.StreamWriter): Promise<boolean> {
  try {
    await writer.drain()
    return true
  } catch (error) {
    if (error instanceof asyncio.ConnectionError) return false
    throw error
  }
}

function* orders(count: number): Iterable<string> {
  const kinds = ["Masala", "Green", "Masala", "Oolong", "Green", "Masala", "Mint"]
  for (let i = 0; i < count; i += 1) yield kinds[i % kinds.length] ?? ""
}

if (import.meta.main) {
  await asyncio.run(async () => {
    console.log("The three kinds of tea that are ordered most:")
    const codes = await pipeline(orders(70_000), [["sort"], ["uniq", "-c"], ["sort", "-rn"], ["head", "-n", "3"]], console.log)
    console.log(`return codes: ${codes.join(", ")}`)

    console.log("Three lines of an endless stream:")
    await pipeline(orders(Infinity), [["cat"], ["head", "-n", "3"]], console.log)
  })
}
