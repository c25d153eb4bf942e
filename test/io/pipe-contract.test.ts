/** The contract of streams over pipes, and through a child process. */
import { execFileSync } from "node:child_process"
import { constants, mkdtempSync, openSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, test } from "node:test"

import * as asyncio from "asyncio-ts"
import { streamContract, type StreamPair } from "asyncio-ts/testing"
import { connectReadPipe, connectWritePipe } from "#src/io/connect-pipe.ts"
import { FlowControl } from "#src/io/flow-control.ts"
import { StreamReaderProtocol } from "#src/io/stream-reader-protocol.ts"
import { PIPE } from "#src/io/subprocess.ts"
import { needs } from "../support/needs.ts"
import { noChildLeft } from "./support/children.ts"

const windows = process.platform === "win32"
const folder = mkdtempSync(join(tmpdir(), "asyncio-test-"))
process.once("exit", () => rmSync(folder, { recursive: true, force: true }))

afterEach(noChildLeft)

describe("the stream contract is kept over a pipe", { skip: windows ? "there are no FIFOs" : needs("mkfifo", "coreutils") }, () => {
  let count = 0
  const makePair = async (): Promise<StreamPair> => {
    const loop = asyncio.getRunningLoop()
    const path = join(folder, `fifo-${(count += 1)}`)
    execFileSync("mkfifo", [path])
    const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const writing = openSync(path, constants.O_WRONLY)
    const reader = new asyncio.StreamReader()
    const [readTransport] = await connectReadPipe(loop, () => new StreamReaderProtocol(reader, null, loop), reading)
    const [transport, flow] = await connectWritePipe(loop, () => new FlowControl(), writing)
    return {
      writer: new asyncio.StreamWriter(transport, flow, null, loop),
      reader,
      close: async () => readTransport.close(),
    }
  }
  for (const { name, check } of streamContract(makePair, { kind: "one-way" })) test(name, () => asyncio.run(check))
})

describe("the stream contract is kept through a child process", { skip: windows && "there is no cat" }, () => {
  const makePair = async (): Promise<StreamPair> => {
    const cat = await asyncio.createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE })
    return { writer: cat.stdin, reader: cat.stdout, close: () => cat[Symbol.asyncDispose]() }
  }
  for (const { name, check } of streamContract(makePair, { kind: "one-way" })) test(name, () => asyncio.run(check))
})
