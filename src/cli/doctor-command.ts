/**
 * `asyncio-ts doctor`: what limits a program, in a paragraph.
 */
import { statSync } from "node:fs"

import { AttachError } from "../inspect/attach/attach-error.ts"
import { DOCTOR_HELP, parseDoctor, type DoctorCommand } from "./doctor-arguments.ts"
import { CannotExamine } from "./doctor-mistake.ts"
import { examineProcess } from "./doctor-process.ts"
import { examineProgram } from "./doctor-program.ts"
import { report, type Examined } from "./doctor-report.ts"

const CANNOT_LOOK = 1

/** @throws UsageError */
export async function doctorCommand(argv: readonly string[]): Promise<number> {
  const command = parseDoctor(argv)
  if (command === "help") {
    console.log(DOCTOR_HELP)
    return 0
  }
  try {
    const examined = await examine(command)
    return typeof examined === "number" ? examined : report(examined, command.json)
  } catch (error) {
    if (!(error instanceof AttachError || error instanceof CannotExamine)) throw error
    const failure = error instanceof AttachError ? error.failure : "cannot run"
    if (command.json) console.log(JSON.stringify({ error: { failure, message: error.message } }))
    console.error(`asyncio-ts: ${error.message}`)
    return CANNOT_LOOK
  }
}

async function examine(command: DoctorCommand): Promise<Examined | number> {
  const { target, json } = command
  if ("pid" in target) return examineProcess(target.pid, command)
  checkFile(target.file)
  return examineProgram(target.file, target.arguments, command.for, json)
}

/** @throws CannotExamine */
function checkFile(file: string): void {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) throw new CannotExamine(`there is no file ${file} in ${process.cwd()}: name the program that is to run, or the number of a process`)
  if (stat.isDirectory()) throw new CannotExamine(`${file} is a folder: name the file in it that is to run`)
  if (/\.[cm]?ts$/.test(file) && process.features.typescript === false) {
    throw new CannotExamine(`Node ${process.version} does not run TypeScript: use Node 22.18 or newer, or name what your compiler makes of ${file}`)
  }
}
