/** Tests that need a program of the system: skipped where it is missing, except in CI. */
import { accessSync, appendFileSync, constants } from "node:fs"
import { delimiter, join } from "node:path"

/**
 * For a test's `skip` option: false if `program` is installed, else why the test is skipped.
 * The closing lines of `npm test` name what was missing.
 *
 * @example
 * ```ts
 * test("psql: a query is cancelled", { skip: needs("psql", "postgresql-client") }, async () => { … })
 * ```
 * @param debianPackage the Debian package that brings the program
 * @throws if the program is missing and CI is set: there, nothing is skipped
 */
export function needs(program: string, debianPackage: string): false | string {
  if (isInstalled(program)) return false
  const remedy = `needs ${program}: apt-get install ${debianPackage}`
  if (process.env["CI"]) throw new Error(`${remedy} (and list it in tools/test-system.mjs)`)
  const report = process.env["ASYNCIO_TS_MISSING"]
  if (report !== undefined) appendFileSync(report, `${program}\t${debianPackage}\n`)
  return remedy
}

function isInstalled(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
