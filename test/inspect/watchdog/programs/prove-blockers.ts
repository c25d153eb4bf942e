/**
 * The proof: as many programs as the limits say, on a seed of the moment or that of SEED.
 */
import { firstSeed, Random } from "../../../support/random.ts"
import { blockerProgram, KINDS } from "./blocker-programs.ts"
import { LIMITS } from "./limits.ts"
import { runBlockers } from "./run-blockers.ts"

const seed = firstSeed()
const count = Number(process.argv[2] ?? LIMITS.programs)
const random = new Random(seed)
const programs = Array.from({ length: count }, (_, i) => blockerProgram(random, KINDS[i % KINDS.length] ?? "loop"))
console.log(`seed ${seed}, ${count} programs, Node ${process.version}`)
const findings = await runBlockers(programs, { tell: ({ line, late, call, task, function: name, found, program }) => {
  if (line && late <= LIMITS.late && call && task && name) return
  console.log({ kind: program.kind, line, late, call, task, name, wanted: [program.lines, program.call, program.functions, program.task], found: found === undefined ? undefined : { ...found, advice: "" }, source: process.env["VERBOSE"] === undefined ? "" : program.source })
} })
const share = (fits: (finding: (typeof findings)[number]) => boolean): string => `${findings.filter(fits).length} of ${count}`
const sorted = (values: number[]): number[] => values.sort((a, b) => a - b)
const late = sorted(findings.map((finding) => finding.late))
const wrong = sorted(findings.map((finding) => finding.length))
const ms = (seconds: number | undefined): string => `${((seconds ?? NaN) * 1000).toFixed(1)} ms`
console.log(`line right: ${share(({ line }) => line)}; function: ${share((f) => f.function)}; call: ${share(({ call }) => call)}; task: ${share(({ task }) => task)}`)
console.log(`named within threshold + ${ms(LIMITS.late)}: ${share((f) => f.late <= LIMITS.late)}; median ${ms(late[count >> 1])}, 99 % ${ms(late[Math.floor(count * 0.99)])}, worst ${ms(late.at(-1))}, earliest ${ms(late[0])} after it`)
console.log(`length told at the end: wrong by ${ms(wrong[count >> 1])} in the median, ${ms(wrong[Math.floor(count * 0.99)])} in 99 %, ${ms(wrong.at(-1))} at worst`)
for (const kind of KINDS) console.log(`  ${kind.padEnd(10)} ${findings.filter((f) => f.kind === kind && f.line).length} of ${findings.filter((f) => f.kind === kind).length}`)
const right = findings.filter(({ line }) => line).length / count
const named = findings.filter((f) => f.late <= LIMITS.late).length / count
process.exitCode = right >= LIMITS.right && named >= LIMITS.named ? 0 : 1
