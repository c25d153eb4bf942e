import { constants } from "node:fs"
import { access, open, readdir, stat } from "node:fs/promises"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"

import { UsageError } from "./arguments.ts"
import type { Located } from "./runner.ts"
import { parseScenario } from "./scenario.ts"

const VECTORS = fileURLToPath(new URL("vectors/", import.meta.url))

/** The files of `vectors/`, as paths from the working directory. */
export async function ownVectors(): Promise<string[]> {
  const names = (await readdir(VECTORS)).filter((name) => name.endsWith(".jsonl")).sort()
  return names.map((name) => relative("", join(VECTORS, name)))
}

/** @throws UsageError if one of the files cannot be read */
export async function checkFiles(files: readonly string[]): Promise<void> {
  for (const file of files) {
    try {
      await access(file, constants.R_OK)
      if ((await stat(file)).isDirectory()) throw new Error(`it is a directory: name the files in it, such as ${join(file, "*.jsonl")}`)
    } catch (error) {
      throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}

/**
 * The scenarios of the files, read line by line, since a file may be larger than memory.
 *
 * @throws UsageError at a line that is not a scenario, and if none was found
 */
export async function* scenariosOf(files: readonly string[], only?: string): AsyncGenerator<Located> {
  let total = 0
  for (const file of files) {
    let found = 0
    for await (const [line, number] of numberedLines(file)) {
      found++
      // Most lines can be told not to be the wanted one without parsing them.
      if (only !== undefined && !line.includes(JSON.stringify(only))) continue
      const scenario = parseLine(line, file, number)
      if (only !== undefined && scenario.id !== only) continue
      total++
      yield { scenario, place: `${file}:${number}`, rerun: `--only ${scenario.id} ${file}` }
    }
    if (found === 0) throw new UsageError(`${file} holds no scenario: it should hold one JSON object a line`)
  }
  if (total === 0) throw new UsageError(`none of the scenarios in ${nameSome(files)} is called ${only}`)
}

function nameSome(files: readonly string[]): string {
  return files.length > 2 ? `the ${files.length} files` : files.join(" and ")
}

async function* numberedLines(file: string): AsyncGenerator<[line: string, number: number]> {
  const handle = await open(file)
  try {
    let number = 0
    for await (const line of handle.readLines()) {
      number++
      if (line.trim() !== "") yield [line, number]
    }
  } finally {
    await handle.close()
  }
}

function parseLine(line: string, file: string, number: number) {
  try {
    return parseScenario(line)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new UsageError(`${file}:${number} is not a scenario: ${error.message}`)
  }
}
