// npm run check [NAME]...: everything about the sources that is not a test. What only these
// checks need is in tools/check/ and installed the first time.
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { install, root } from "./install.mjs"
import { SOURCE_CONDITION } from "./project-node.mjs"

/** What the browser entry is to come down to. */
const BROWSER_TARGET = 12 * 1024
/** Where it stands, rounded up: what grows it is seen here, and says so in its commit. Lower it with each saving. */
// What makes waits explain themselves, such as who holds a lock, is worth two kilobytes of it.
const BROWSER_CEILING = 30 * 1024

const tools = join(root, "tools", "check")
const require = createRequire(join(tools, "package.json"))

/** @typedef {{ what: string, hint: string, run: () => boolean }} Check */

/** @type {Record<string, Check>} */
const checks = {
  types: {
    what: "the compiler on src/ (the portable part without DOM and Node types), test/, examples/, conformance/, tools/",
    hint: "src/ outside tsconfig.node.json knows no platform: what it needs of one goes through src/host/",
    run: () => node(join(root, "node_modules/typescript/bin/tsc"), "-b"),
  },
  lint: {
    what: "the rules in .oxlintrc.json",
    hint: "each finding links to its rule; a promise that is meant to float is marked with `void`",
    run: lint,
  },
  layers: {
    what: "who imports whom in src/, and how files are named",
    hint: "the order is in tools/check-layers.mjs; what two layers share moves to the lower one",
    run: () => node(join(root, "tools/check-layers.mjs")),
  },
  package: {
    what: "the package as it would be published",
    hint: "look at exports, files and bin in package.json, and at what `npm pack --dry-run` lists",
    run: checkPackage,
  },
  viewer: {
    what: "the compiler on viewer/, which has types of its own",
    hint: "viewer/tsconfig.json; what the page shares with src/ is src/inspect/flight/ and src/inspect/page/page-facts.ts",
    run: () => {
      const viewer = join(root, "viewer")
      install(viewer)
      return node(join(root, "node_modules/typescript/bin/tsc"), "-p", viewer)
    },
  },
  playground: {
    what: "the compiler on playground/, which has types of its own",
    hint: "playground/tsconfig.json; what the page runs is src/ and viewer/src/clocks.ts as they are",
    run: () => {
      const folder = join(root, "playground")
      install(folder)
      install(join(root, "viewer"))
      return node(join(root, "node_modules/typescript/bin/tsc"), "-p", folder)
    },
  },
  size: {
    what: `the browser entry, all of it, minified and gzipped: at most ${BROWSER_CEILING.toLocaleString("en")} bytes`,
    hint: "npx esbuild --analyze names the heaviest files; what only Node needs belongs to src/index.ts",
    run: checkSize,
  },
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in checks))
if (unknown.length > 0) {
  console.error(`There is no check ${unknown.join(", ")}; there is ${Object.keys(checks).join(", ")}.`)
  process.exit(2)
}
if (asked.length === 0 || asked.some((name) => name !== "types" && name !== "layers")) install(tools)

const results = (asked.length > 0 ? asked : Object.keys(checks)).map((name) => {
  const { what, hint, run } = /** @type {Check} */ (checks[name])
  console.log(`\n== ${name}: ${what}`)
  const started = performance.now()
  const passed = attempt(run)
  return { name, hint, passed, seconds: (performance.now() - started) / 1000 }
})

console.log()
for (const { name, hint, passed, seconds } of results) {
  console.log(`${passed ? "ok    " : "FAILED"} ${name} (${seconds.toFixed(1)} s)`)
  if (!passed) console.log(`       ${hint}\n       again: npm run check -- ${name}`)
}
const failed = results.filter(({ passed }) => !passed).length
console.log(`\n${results.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

/** @param {() => boolean} run */
function attempt(run) {
  try {
    return run()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return false
  }
}

function lint() {
  // The linter looks for the one that knows types beside the sources, not beside itself.
  process.env.OXLINT_TSGOLINT_PATH = bin("tsgolint", "oxlint-tsgolint")
  return node(bin("oxlint"), "--type-aware", "--deny-warnings")
}

function checkPackage() {
  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-pack-"))
  try {
    if (!node(join(root, "tools/build.mjs"))) return false
    // Built already, so without the script that builds before packing.
    const packed = command("npm", "pack", "--ignore-scripts", "--loglevel=error", "--pack-destination", folder)
    const [tarball] = readdirSync(folder)
    if (!packed || tarball === undefined) return false
    const file = join(folder, tarball)
    // Both, also if the first fails: they look at different things.
    return [node(bin("publint"), "run", file, "--strict"), node(bin("attw", "@arethetypeswrong/cli"), file, "--profile", "esm-only")].every(Boolean)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function checkSize() {
  const { outputFiles } = require("esbuild").buildSync({
    stdin: { contents: 'export * from "asyncio-ts"', resolveDir: root },
    conditions: [SOURCE_CONDITION],
    platform: "browser",
    format: "esm",
    bundle: true,
    minify: true,
    write: false,
    // Its own report is the message of what it throws.
    logLevel: "silent",
  })
  const bytes = gzipSync(outputFiles[0].contents, { level: 9 }).length
  const over = bytes - BROWSER_TARGET
  const miss = over > 0 ? `, ${over.toLocaleString("en")} above the target of ${BROWSER_TARGET.toLocaleString("en")}` : ""
  console.log(`${bytes.toLocaleString("en")} bytes${miss}`)
  return bytes <= BROWSER_CEILING
}

/**
 * @param {string} name a program of a package in tools/check
 * @param {string} [from] the package, if it is called otherwise
 */
function bin(name, from = name) {
  const folder = join(tools, "node_modules", from)
  const manifest = require(join(folder, "package.json"))
  return join(folder, typeof manifest.bin === "string" ? manifest.bin : manifest.bin[name])
}

/** @param {string[]} args */
function node(...args) {
  return command(process.execPath, ...args)
}

/**
 * @param {string} program
 * @param {string[]} args
 */
function command(program, ...args) {
  const shell = process.platform === "win32" && program === "npm"
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], shell })
  if (error !== undefined) console.error(`${program} cannot be started: ${error.message}`)
  return status === 0
}
