import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { fate, thrownAs, thrownBy, ticks } from "../support/record.ts"
import { randomVirtual, type Random } from "../support/random.ts"
import { virtual } from "../support/virtual.ts"

class PausedTransport extends asyncio.ReadTransport {
  reading = true
  log: string[] = []
  close(): void {}
  isClosing(): boolean {
    return false
  }
  setProtocol(): void {}
  getProtocol(): asyncio.BaseProtocol {
    return new asyncio.Protocol()
  }
  isReading(): boolean {
    return this.reading
  }
  toString(): string {
    return "<PausedTransport>"
  }
  pauseReading(): void {
    this.reading = false
    this.log.push("pause")
  }
  resumeReading(): void {
    this.reading = true
    this.log.push("resume")
  }
}

function readerOf(text: string, limit?: number): asyncio.StreamReader {
  const reader = new asyncio.StreamReader(limit === undefined ? {} : { limit })
  reader.feedData(Buffer.from(text))
  return reader
}

/** What a read that ends without waiting gives. */
async function now(read: asyncio.Coroutine<Buffer>): Promise<string> {
  return String(await read)
}

virtual("read gives at most n bytes as soon as there are any, and nothing for zero", async () => {
  const reader = readerOf("hello")
  assert.equal(await now(reader.read(0)), "")
  assert.equal(await now(reader.read(2)), "he")
  assert.equal(await now(reader.read(100)), "llo")
  const waiting = asyncio.createTask(reader.read(100))
  await ticks(2)
  assert.equal(waiting.done(), false)
  reader.feedData(Buffer.from("more"))
  assert.equal(String(await waiting), "more")
})

virtual("read without a number gives everything up to the end of the input, however much comes", async () => {
  const reader = readerOf("a", 4)
  const all = asyncio.createTask(reader.read())
  for (let i = 0; i < 10; i += 1) {
    await ticks(1)
    reader.feedData(Buffer.from("0123456789"))
  }
  assert.equal(all.done(), false)
  reader.feedEof()
  assert.equal((await all).length, 101)
  assert.equal(await now(reader.read()), "")
  assert.equal(await now(reader.read(5)), "")
})

virtual("readLine gives a line with its end, at the end of the input what there is, and then nothing", async () => {
  const reader = readerOf("one\ntwo\nthr")
  assert.equal(await now(reader.readLine()), "one\n")
  assert.equal(await now(reader.readLine()), "two\n")
  const third = asyncio.createTask(reader.readLine())
  await ticks(1)
  reader.feedData(Buffer.from("ee"))
  await ticks(2)
  assert.equal(third.done(), false)
  reader.feedEof()
  assert.equal(String(await third), "three")
  assert.equal(await now(reader.readLine()), "")
  assert.equal(reader.atEof(), true)
})

virtual("atEof is true once the input has ended and all of it was read", async () => {
  const reader = readerOf("x\n")
  assert.equal(reader.atEof(), false)
  reader.feedEof()
  assert.equal(reader.atEof(), false)
  await reader.readLine()
  assert.equal(reader.atEof(), true)
})

virtual("readUntil takes text or bytes as its separator, which may come in two pieces", async () => {
  const reader = readerOf("a--b-")
  assert.equal(await now(reader.readUntil("--")), "a--")
  const second = asyncio.createTask(reader.readUntil(Buffer.from("--")))
  await ticks(1)
  reader.feedData(Buffer.from("-c\n"))
  assert.equal(String(await second), "b--")
  assert.equal(await now(reader.readUntil()), "c\n")
})

virtual("of several separators readUntil takes the one that ends first", async () => {
  const reader = readerOf("line\r\nnext\nlast|")
  assert.equal(await now(reader.readUntil(["\n", "\r\n"])), "line\r\n")
  assert.equal(await now(reader.readUntil(["\r\n", "\n"])), "next\n")
  assert.equal(await now(reader.readUntil(["st|", Buffer.from("|")])), "last|")
  const later = readerOf("abc")
  const one = asyncio.createTask(later.readUntil(["cde", "zz", "z"]))
  await ticks(1)
  later.feedData(Buffer.from("de!z"))
  assert.equal(String(await one), "abcde")
})

virtual("R152: the limit is for what stands before the separator: exactly so much is fine", async () => {
  assert.equal(await now(readerOf("12345\n", 5).readLine()), "12345\n")
  assert.equal(await now(readerOf("12345\r\n", 5).readUntil("\r\n")), "12345\r\n")
  await thrownAs(asyncio.LimitOverrunError, readerOf("123456\n", 5).readLine())
  const reader = readerOf("12345", 5)
  const line = asyncio.createTask(reader.readLine())
  await ticks(2)
  assert.equal(line.done(), false, "the separator may still come")
  reader.feedData(Buffer.from("\n"))
  assert.equal(String(await line), "12345\n")
})

virtual("R153: readUntil over the limit keeps the data, and tells how much may be skipped", async () => {
  const found = readerOf("12345678\nrest", 5)
  const error = await thrownAs(asyncio.LimitOverrunError, found.readUntil("\n"))
  assert.equal(error.consumed, 8)
  assert.match(error.message, /separator was found, .* longer than the limit of 5 bytes; give a larger limit/)
  assert.equal(await now(found.readExactly(13)), "12345678\nrest")
  const missing = readerOf("12345678-", 5)
  const other = await thrownAs(asyncio.LimitOverrunError, missing.readUntil("--"))
  assert.equal(other.consumed, 8, "the last byte may begin the separator")
  assert.match(other.message, /no separator was found/)
  assert.equal(await now(missing.readExactly(9)), "12345678-")
})

virtual("R154: readLine over the limit drops the line, and what follows is read as ever", async () => {
  const reader = readerOf("123456789\nnext\n", 5)
  await thrownAs(asyncio.LimitOverrunError, reader.readLine())
  assert.equal(await now(reader.readLine()), "next\n")
  const open = readerOf("1234567", 5)
  await thrownAs(asyncio.LimitOverrunError, open.readLine())
  open.feedData(Buffer.from("89\n"))
  assert.equal(await now(open.readLine()), "89\n")
})

virtual("R155: an end that comes early tells what had come, and how much was wanted", async () => {
  const reader = readerOf("abc")
  reader.feedEof()
  const exactly = await thrownAs(asyncio.IncompleteReadError, reader.readExactly(5))
  assert.deepEqual([String(exactly.partial), exactly.expected], ["abc", 5])
  assert.equal(reader.atEof(), true)
  const until = readerOf("abc")
  until.feedEof()
  const error = await thrownAs(asyncio.IncompleteReadError, until.readUntil("\n"))
  assert.deepEqual([String(error.partial), error.expected], ["abc", undefined])
  assert.equal(until.atEof(), true)
  const waiting = new asyncio.StreamReader()
  const task = asyncio.createTask(waiting.readExactly(2))
  await ticks(1)
  waiting.feedData(Buffer.from("x"))
  waiting.feedEof()
  assert.equal(String((await thrownAs(asyncio.IncompleteReadError, task)).partial), "x")
})

virtual("R156: read and readExactly are not bound by the limit", async () => {
  const text = "0123456789".repeat(10)
  assert.equal(await now(readerOf(text, 3).read(100)), text)
  assert.equal(await now(readerOf(text, 3).readExactly(100)), text)
})

virtual("R157: a second reader is told who waits, and the first goes on waiting", async () => {
  const reader = new asyncio.StreamReader()
  const first = asyncio.createTask(reader.readLine())
  await ticks(1)
  for (const second of [reader.read(1), reader.readExactly(1), reader.readUntil("x"), reader.readLine()]) {
    const error = await thrownAs(asyncio.RuntimeError, second)
    assert.match(error.message, /StreamReader\.\w+\(\) was called while another task waits for data in StreamReader\.readLine\(\)/)
  }
  reader.feedData(Buffer.from("tea\n"))
  assert.equal(String(await first), "tea\n")
})

virtual("R158: an exception reaches the read that waits and every later one, whatever is buffered", async () => {
  const reader = new asyncio.StreamReader()
  const task = asyncio.createTask(reader.readLine())
  await ticks(1)
  reader.feedData(Buffer.from("half"))
  const boom = new Error("boom")
  assert.equal(reader.exception(), undefined)
  reader.setException(boom)
  assert.equal(reader.exception(), boom)
  assert.equal(await thrownAs(Error, task), boom)
  for (const read of [reader.read(1), reader.read(), reader.readExactly(1), reader.readUntil("a"), reader.readLine()]) {
    assert.equal(await thrownAs(Error, read), boom)
  }
})

virtual("an exception after the cancellation of the read is for the next one", async () => {
  const reader = new asyncio.StreamReader()
  const task = asyncio.createTask(reader.readLine())
  await ticks(1)
  task.cancel()
  reader.setException(new Error("boom"))
  await ticks(2)
  assert.equal(fate(task), "cancelled")
  assert.match((await thrownAs(Error, reader.readLine())).message, /boom/)
})

virtual("R159: reading pauses above twice the limit, and goes on at the limit or when somebody waits", async () => {
  const reader = new asyncio.StreamReader({ limit: 4 })
  const transport = new PausedTransport()
  reader.setTransport(transport)
  reader.feedData(Buffer.from("12345678"))
  assert.deepEqual(transport.log, [], "twice the limit is not above it")
  reader.feedData(Buffer.from("9"))
  assert.deepEqual(transport.log, ["pause"])
  await reader.readExactly(4)
  assert.deepEqual(transport.log, ["pause"], "five are left")
  await reader.readExactly(1)
  assert.deepEqual(transport.log, ["pause", "resume"])
  reader.feedData(Buffer.from("abcdef"))
  assert.deepEqual(transport.log, ["pause", "resume", "pause"])
  const waiting = asyncio.createTask(reader.readExactly(20))
  await ticks(1)
  assert.equal(transport.reading, true, "a read that waits needs more")
  reader.feedData(Buffer.from("0123456789"))
  assert.equal(String(await waiting), "6789abcdef0123456789")
})

virtual("a cancelled read of everything pauses the transport again", async () => {
  const reader = new asyncio.StreamReader({ limit: 4 })
  const transport = new PausedTransport()
  reader.setTransport(transport)
  const all = asyncio.createTask(reader.read())
  await ticks(1)
  reader.feedData(Buffer.alloc(100))
  assert.equal(transport.reading, true)
  all.cancel()
  await ticks(2)
  assert.equal(transport.reading, false)
  assert.equal((await reader.read(1000)).length, 100)
  assert.equal(transport.reading, true)
})

virtual("for await gives the lines up to the end, the last one without its end if it has none", async () => {
  const reader = readerOf("a\n\nb\nc")
  reader.feedEof()
  const lines: string[] = []
  for await (const line of reader) lines.push(String(line))
  assert.deepEqual(lines, ["a\n", "\n", "b\n", "c"])
})

virtual("for await that is left leaves the rest to the next read", async () => {
  const reader = readerOf("a\nb\n")
  for await (const line of reader) {
    assert.equal(String(line), "a\n")
    break
  }
  assert.equal(await now(reader.readLine()), "b\n")
})

virtual("each kind of read, cancelled while it waits, leaves what has come to the next", async () => {
  const kinds: ((reader: asyncio.StreamReader) => asyncio.Coroutine<Buffer>)[] = [
    (reader) => reader.read(),
    (reader) => reader.readExactly(10),
    (reader) => reader.readUntil("!"),
    (reader) => reader.readLine(),
  ]
  for (const read of kinds) {
    const reader = readerOf("abc")
    const task = asyncio.createTask(read(reader))
    await ticks(1)
    reader.feedData(Buffer.from("def"))
    task.cancel()
    await ticks(2)
    assert.equal(fate(task), "cancelled")
    assert.equal(await now(reader.readExactly(6)), "abcdef")
  }
})

virtual("a read that is cancelled in the tick of its data leaves it to the next", async () => {
  const reader = new asyncio.StreamReader()
  const task = asyncio.createTask(reader.readLine())
  await ticks(1)
  reader.feedData(Buffer.from("tea\n"))
  task.cancel()
  const next = asyncio.createTask(reader.readLine())
  await ticks(3)
  assert.deepEqual([fate(task), fate(next)], ["cancelled", "returned tea\n"])
})

virtual("a read that times out leaves what has come, and ends on time", async () => {
  const reader = readerOf("ab")
  const loop = asyncio.getRunningLoop()
  const before = loop.time()
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(reader.readExactly(3), 2))
  assert.equal(loop.time() - before, 2)
  reader.feedData(Buffer.from("c"))
  assert.equal(await now(reader.readExactly(3)), "abc")
})

virtual("a read that another task's read has emptied looks from the beginning again", async () => {
  const reader = readerOf("x".repeat(50))
  const line = asyncio.createTask(reader.readLine())
  await ticks(1)
  await reader.read(50)
  reader.feedData(Buffer.from("y\n"))
  assert.equal(String(await asyncio.waitFor(line, 1)), "y\n")
})

virtual("what was given out is never written to again", async () => {
  const reader = new asyncio.StreamReader()
  const lines: [Buffer, string][] = []
  for (let i = 0; i < 200; i += 1) {
    const text = `${String(i).repeat(20)}\n`
    reader.feedData(Buffer.from(text.slice(0, 7)))
    reader.feedData(Buffer.from(text.slice(7)))
    if (i % 3 === 0) lines.push([await reader.readLine(), ""])
  }
  for (const pair of lines) pair[1] = String(pair[0])
  const kept = lines.map(([, text]) => text)
  for (let i = 0; i < 200; i += 1) reader.feedData(Buffer.alloc(1000, 0xff))
  assert.deepEqual(lines.map(([buffer]) => String(buffer)), kept)
})

test("bad arguments are refused at the call, with what was given and what is wanted", () => {
  const reader = new asyncio.StreamReader()
  assert.match(thrownBy(() => new asyncio.StreamReader({ limit: 0 })).message, /limit of a StreamReader.*0/)
  assert.ok(thrownBy(() => new asyncio.StreamReader({ limit: 0 })) instanceof RangeError)
  assert.ok(thrownBy(() => new asyncio.StreamReader({ limit: "64" as never })) instanceof TypeError)
  assert.ok(thrownBy(() => reader.read(-2)) instanceof RangeError)
  assert.ok(thrownBy(() => reader.read(1.5)) instanceof TypeError)
  assert.ok(thrownBy(() => reader.read("1" as never)) instanceof TypeError)
  assert.ok(thrownBy(() => reader.readExactly(-1)) instanceof RangeError)
  assert.ok(thrownBy(() => reader.readUntil("")) instanceof RangeError)
  assert.ok(thrownBy(() => reader.readUntil([])) instanceof RangeError)
  assert.ok(thrownBy(() => reader.readUntil(["a", ""])) instanceof RangeError)
  assert.match(thrownBy(() => reader.readUntil(1 as never)).message, /a separator is text or bytes, not .*1/)
  assert.match(thrownBy(() => reader.readUntil(["a", null as unknown as string])).message, /a separator is text or bytes, not null/)
  assert.match(thrownBy(() => reader.feedData("text" as never)).message, /feedData takes bytes/)
})

test("nothing is fed after the end", () => {
  const reader = new asyncio.StreamReader()
  reader.feedEof()
  assert.match(thrownBy(() => reader.feedData(Buffer.from("late"))).message, /after feedEof/)
})

test("a reader prints what is buffered, its end, its failure, its limit and who waits", async () => {
  assert.equal(String(new asyncio.StreamReader()), "<StreamReader 0 bytes>")
  const reader = readerOf("abc", 3)
  assert.equal(String(reader), "<StreamReader 3 bytes limit=3>")
  reader.feedEof()
  reader.setException(new Error("boom"))
  assert.equal(String(reader), "<StreamReader 3 bytes eof failed limit=3>")
  await runVirtual(async () => {
    const waited = new asyncio.StreamReader()
    const task = asyncio.createTask(waited.read(1))
    await ticks(1)
    assert.equal(String(waited), "<StreamReader 0 bytes awaited>")
    waited.feedEof()
    await task
  })
})

// The definition: what is read, in order, is what was fed; and each read is a function of that.
randomVirtual("whatever the chunks and the cancellations, reads give what was fed, in order, none lost", 60, async (random) => {
  const text = textOf(random)
  const limit = 5 + random.below(40)
  const reader = new asyncio.StreamReader({ limit })
  const transport = new PausedTransport()
  reader.setTransport(transport)
  const feeder = asyncio.createTask(async () => {
    for (let at = 0; at < text.length; ) {
      const size = 1 + random.below(random.chance(30) ? 40 : 4)
      await ticks(random.below(3))
      while (!transport.reading) await ticks(1)
      reader.feedData(Buffer.from(text.slice(at, at + size)))
      at += size
    }
    reader.feedEof()
  })
  let at = 0
  for (let reads = 0; !reader.atEof() && reads < 10_000; reads += 1) {
    const kind = random.below(4)
    const count = random.below(30)
    const read = [() => reader.read(count), () => reader.readExactly(count), () => reader.readUntil([";", "\n"]), () => reader.readLine()]
    const task = asyncio.createTask((read[kind] as () => asyncio.Coroutine<Buffer>)())
    const patience = random.below(6)
    for (let i = 0; i < patience && !task.done(); i += 1) await ticks(1)
    if (random.chance(60)) task.cancel()
    await asyncio.wait([task])
    if (task.cancelled()) continue
    const rest = text.slice(at)
    const error = task.exception()
    if (error === undefined) {
      const got = String(task.result())
      assert.equal(got, rest.slice(0, got.length))
      const ends = [count, Math.min(count, rest.length), separated(rest, /[;\n]/), separated(rest, /\n/)]
      if (kind === 0) assert.ok(got.length <= count)
      else assert.equal(got.length, ends[kind])
      at += got.length
    } else if (error instanceof asyncio.IncompleteReadError) {
      assert.equal(String(error.partial), rest)
      at = text.length
    } else {
      assert.ok(error instanceof asyncio.LimitOverrunError, String(error))
      assert.ok(error.consumed > limit || kind === 3)
      assert.ok(separated(rest, kind === 3 ? /\n/ : /[;\n]/) - 1 > limit || !/[;\n]/.test(rest) || (kind === 3 && !rest.includes("\n")))
      // A line that is too long is gone as far as it had come; readUntil keeps it.
      if (kind === 3) {
        feeder.cancel()
        return
      }
      await reader.readExactly(Math.min(limit, rest.length))
      at += Math.min(limit, rest.length)
    }
  }
  assert.equal(at, text.length)
  await feeder
})

function separated(text: string, separator: RegExp): number {
  const found = text.search(separator)
  return found === -1 ? text.length : found + 1
}

function textOf(random: Random): string {
  let text = ""
  for (let i = random.below(60); i > 0; i -= 1) text += "x".repeat(random.below(12)) + random.pick(["\n", ";", "", "\n", "y".repeat(random.below(30))])
  return text
}
