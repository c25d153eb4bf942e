/** The programs of examples/guide, run and compared as those of examples/lessons are. */
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { expected, folder as lessons, runForReal, runVirtually, type Written } from "../examples/support/programs.ts"

/** Where they are, as seen from examples/lessons. */
const FROM_LESSONS = "../guide"

export const folder = join(lessons, FROM_LESSONS)
const FOLDER_URL = `${pathToFileURL(folder).href}/`

/** Programs whose time cannot be virtual, and why. */
export const REAL: Readonly<Record<string, string>> = {
  "blocking-client": "its client blocks",
}

/** The names of all programs, without `.ts`. */
export function programs(): string[] {
  return readdirSync(folder).filter((file) => file.endsWith(".ts")).map((file) => file.slice(0, -".ts".length))
}

export function promisedBy(name: string): Written {
  return expected(`${FROM_LESSONS}/${name}`)
}

/** Runs a program on virtual time, or in real time and a process of its own. */
export async function writtenBy(name: string, time: "virtual" | "real"): Promise<Written> {
  const path = `${FROM_LESSONS}/${name}`
  const { out, err } = await (time === "real" ? runForReal(path) : runVirtually(path))
  return { out: out.replaceAll(FOLDER_URL, ""), err: err.replaceAll(FOLDER_URL, "") }
}
