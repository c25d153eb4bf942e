/** A call in a coroutine that keeps the whole thread until it returns. */
import { CoroutineBodies } from "./coroutine-bodies.ts"
import { keyOf, type CallExpression, type Node } from "./nodes.ts"
import { functionAround, originOf, type Origin } from "./origin.ts"
import { awaited, ourName } from "./our-name.ts"
import { docsUrl, optionsOf, type Rule, type SourceCode, type Suggestion } from "./rule.ts"
import { importsUs } from "./walk.ts"

interface Options {
  /** Calls that are meant, by their names: `existsSync`, `crypto.scryptSync`. */
  readonly allow: readonly string[]
}
const defaults: Options = { allow: [] }

/** What to write instead, for people. */
const INSTEAD: Readonly<Record<string, string>> = {
  appendFileSync: "await files.append(…)",
  copyFileSync: "await files.copy(…)",
  existsSync: "await files.exists(…)",
  mkdirSync: "await files.makeDirectories(…)",
  openSync: "await files.open(…)",
  readFileSync: "await files.read(…) or files.readText(…)",
  readdirSync: "await files.list(…)",
  renameSync: "await files.rename(…)",
  rmSync: "await files.remove(…) or files.removeTree(…)",
  statSync: "await files.stat(…)",
  unlinkSync: "await files.remove(…)",
  writeFileSync: "await files.write(…)",
}
const CHILD = "await createSubprocessExec(…)"
const THREAD = "give it to a thread, await toThread(…), from an exported function of a module"
const BLOCKING: readonly { readonly module: string; readonly name: RegExp; readonly instead: string }[] = [
  { module: "fs", name: /^(?!close)\w+Sync\(\)$/, instead: THREAD },
  { module: "child_process", name: /^(?:execSync|execFileSync|spawnSync)\(\)$/, instead: CHILD },
  // The quick ones, such as randomBytes and createHash, are no trouble.
  { module: "crypto", name: /^(?:pbkdf2|scrypt|argon2|generateKeyPair|generatePrime|checkPrime)Sync\(\)$/, instead: THREAD },
  { module: "zlib", name: /^\w+Sync\(\)$/, instead: THREAD },
  { module: "global", name: /^Atomics\.wait\(\)$/, instead: "await an Event, a Queue or sleep(…); of another thread, await wrapFuture(Atomics.waitAsync(…).value)" },
  { module: "global", name: /^Deno\.\w+Sync\(\)$/, instead: THREAD },
  { module: "global", name: /^Bun\.(?:sleepSync|spawnSync)\(\)$/, instead: "await sleep(…) or createSubprocessExec(…)" },
]

export const noBlockingCall: Rule = {
  meta: {
    type: "problem",
    docs: { description: "disallow calls in coroutines that block the thread", url: docsUrl("no-blocking-call"), recommended: true },
    hasSuggestions: true,
    schema: [{ type: "object", properties: { allow: { type: "array", items: { type: "string" }, uniqueItems: true } }, additionalProperties: false }],
    defaultOptions: [defaults],
    messages: {
      blocking: "{{call}} blocks the thread until it returns: meanwhile no task of the program runs and no timeout fires. Instead: {{instead}}.",
      replace: "Write {{text}}.",
    },
  },
  create(context) {
    const source = context.sourceCode
    if (!importsUs(source)) return {}
    const { allow } = optionsOf(context, defaults)
    const bodies = new CoroutineBodies(source)
    return {
      CallExpression: (call: CallExpression) => {
        const origin = originOf(call, source)
        const found = origin === undefined ? undefined : BLOCKING.find(({ module, name }) => module === origin.module && name.test(origin.name))
        if (origin === undefined || found === undefined || isAllowed(origin, allow) || bodies.around(call) === undefined) return
        const name = nameOf(origin)
        const instead = (origin.module === "fs" ? INSTEAD[name] : undefined) ?? found.instead
        context.report({ node: call, messageId: "blocking", data: { call: name, instead }, suggest: origin.module === "fs" ? suggestionsFor(name, call, source) : [] })
      },
    }
  },
}

function nameOf({ name }: Origin): string {
  return name.replace(/\(\)$/, "")
}

function isAllowed(origin: Origin, allow: readonly string[]): boolean {
  const name = nameOf(origin)
  return allow.includes(name) || allow.includes(`${origin.module}.${name}`)
}

/** Only where the other call means the same for these very arguments. */
function suggestionsFor(name: string, call: CallExpression, source: SourceCode): Suggestion[] {
  const [path, second, third] = call.arguments
  const ours = oursFor(name, path, second, third)
  const files = ourName("files", source)
  // An `await` needs an async function of its own around it.
  if (ours === undefined || files === undefined || functionAround(call)?.async !== true) return []
  const given = ours.given.map((node) => source.getText(node)).join(", ")
  const text = awaited(`${files.text}.${ours.method}(${given})`, call)
  return [{ messageId: "replace", data: { text: `await ${files.text}.${ours.method}(…)` }, fix: (fixer) => [...files.also(fixer), fixer.replaceTextRange(call.range, text)] }]
}

function oursFor(name: string, path: Node | undefined, second: Node | undefined, third: Node | undefined): { readonly method: string; readonly given: readonly Node[] } | undefined {
  if (path === undefined || path.type === "SpreadElement" || second?.type === "SpreadElement" || third !== undefined) return undefined
  if (second === undefined) {
    const method = { existsSync: "exists", readFileSync: "read", readdirSync: "list", statSync: "stat", unlinkSync: "remove" }[name]
    return method === undefined ? undefined : { method, given: [path] }
  }
  if (name === "readFileSync") return isUtf8(second) ? { method: "readText", given: [path] } : undefined
  const method = { appendFileSync: "append", renameSync: "rename", writeFileSync: "write" }[name]
  return method === undefined ? undefined : { method, given: [path, second] }
}

function isUtf8(option: Node): boolean {
  if (option.type === "Literal") return /^utf-?8$/i.test(String(option.value))
  if (option.type !== "ObjectExpression" || option.properties.length !== 1) return false
  const [only] = option.properties
  return only?.type === "Property" && keyOf(only.key, only.computed) === "encoding" && isUtf8(only.value)
}
