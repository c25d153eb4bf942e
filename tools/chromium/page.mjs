// In a frame of its own: runs one test file, and tells the page around it what came of it.
import { addImmediates } from "./platform.mjs"

await import("../../src/browser.ts")
addImmediates()

/** @type {{ file: string, listed: string[], onlyListed: boolean, limitSeconds: number }} */
const { file, listed, onlyListed, limitSeconds } = JSON.parse(decodeURIComponent(location.hash.slice(1)))

async function run() {
  const { runTests } = await import("node:test")
  await import(`/${file}`)
  return runTests((name) => listed.includes(name.replace(/SEED=\d+/, "SEED=…")) === onlyListed, limitSeconds)
}

const whole = (error) => [{ name: "the file", passed: false, skipped: false, detail: String(error?.stack ?? error) }]
parent.postMessage(await run().catch(whole))
