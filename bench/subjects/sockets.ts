/** What the benches with sockets have in common, whoever is measured. */

import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** Connections in the bench `tcp-echo`. */
export const connections = 50

/** 1 KiB with its newline. */
export const line: Buffer = Buffer.concat([Buffer.alloc(1023, "a"), Buffer.from("\n")])

/**
 * Has a second process connect `count` times, send a line over each connection while all are
 * open, and read it back. Resolves to the number of lines that came back.
 */
export async function connectIdle(port: number, count: number): Promise<number> {
  const program = fileURLToPath(new URL("sockets-clients.ts", import.meta.url))
  const child = spawn(process.execPath, [program, String(port), String(count)], { stdio: ["ignore", "pipe", "inherit"] })
  let output = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text))
  await new Promise<void>((resolve) => {
    child.once("close", () => resolve())
  })
  return Number(output)
}
