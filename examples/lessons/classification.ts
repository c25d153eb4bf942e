/** Would asyncio help? Measured from a run of each: was the loop idle, and did any thread compute? */
import * as asyncio from "asyncio-ts"
import { pbkdf2, pbkdf2Sync } from "node:crypto"
import { once } from "node:events"
import { readFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { performance } from "node:perf_hooks"
import { promisify } from "node:util"
import { gzip, gzipSync } from "node:zlib"

const data = new Uint8Array(16_000_000).map((_, index) => (index * index) % 65_521)
const json = JSON.stringify(Array.from({ length: 300_000 }, (_, id) => ({ id, name: `User ${id}` })))

function sum(count: number, of = (number: number) => number): number {
  let total = 0
  for (let number = 0; number < count; number += 1) total += of(number)
  return total
}

const works = (url: string): Record<string, () => unknown> => ({
  "a network call": async () => (await fetch(url)).text(),
  "a file on a slow drive": async () => {
    await asyncio.sleep(0.3) // the drive
    return readFile(import.meta.filename)
  },
  "the sum of 1 M numbers": () => sum(1_000_000),
  "the sum of 100 M numbers": () => sum(100_000_000),
  "compression, gzipSync": () => gzipSync(data),
  "compression, gzip": () => promisify(gzip)(data),
  "cryptography, pbkdf2Sync": () => pbkdf2Sync("chai", "salt", 800_000, 32, "sha512"),
  "cryptography, pbkdf2": () => promisify(pbkdf2)("chai", "salt", 800_000, 32, "sha512"),
  "parsing a large file": () => JSON.parse(json) as unknown,
  "data analysis, an average": () => data.reduce((total, value) => total + value) / data.length,
  "heavy math, ten million sines": () => sum(10_000_000, Math.sin),
})

/** Seconds of the processor's time from which on work counts as computing. */
const COMPUTES = 0.25

async function classify(work: () => unknown): Promise<string> {
  const loop = performance.eventLoopUtilization()
  const processor = process.cpuUsage()
  await work()
  const { utilization } = performance.eventLoopUtilization(loop)
  const { user, system } = process.cpuUsage(processor)
  if (utilization > 0.6) return "no: it computes, and the loop stands still"
  return (user + system) / 1e6 > COMPUTES ? "the host's threads compute it, and the loop is free" : "yes: it waits"
}

async function main(): Promise<void> {
  // It answers after a while, and the first request of all, which loads the client, is not measured.
  const server = createServer((_request, response) => setTimeout(() => response.end(), 300))
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await fetch(url)
  for (const [name, work] of Object.entries(works(url))) console.log(`${name}: ${await classify(work)}`)
  server.closeAllConnections()
  server.close()
}

await asyncio.run(main)
