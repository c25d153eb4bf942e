/**
 * What would help against a call that blocks.
 */

interface Advice {
  /** The call, as programs write it. */
  readonly call: RegExp
  /** What to write instead. */
  readonly say: string
}

/** The first that fits counts. */
export const ADVICE: readonly Advice[] = [
  { call: /^fs\.readFileSync$/, say: "await files.readText(path), or readFile of node:fs/promises, lets the loop go on meanwhile" },
  { call: /^fs\.(writeFileSync|appendFileSync)$/, say: "await files.write(path, data), or writeFile of node:fs/promises, lets the loop go on meanwhile" },
  { call: /^fs\.(readSync|writeSync|openSync|fsyncSync)$/, say: "await files.open(path) gives a file whose reads and writes let the loop go on; for the standard input use a stream" },
  { call: /^fs\.(\w+)Sync$/, say: "its twin of the same name in node:fs/promises can be awaited" },
  { call: /^child_process\.(execSync|execFileSync|spawnSync)$/, say: "await createSubprocessExec(program, arguments), then its communicate(), lets the loop go on while the program runs" },
  { call: /^crypto\.(pbkdf2|scrypt|hkdf|argon2|generateKeyPair|generateKey|generatePrime|checkPrime|randomFill)Sync$/, say: "its twin without Sync computes on Node's threads: await promisify(it)(…) of node:util" },
  { call: /^crypto\.randomBytes$/, say: "with a callback, as in promisify(randomBytes)(size), it computes on Node's threads" },
  { call: /^(crypto\.(hash|createHash|sign|verify)|Hash\.update|Hmac\.update|hash\.update)$/, say: "hash large data in pieces as they are read, or in a worker: await toThread(hashOf, data)" },
  { call: /^zlib\.\w+Sync$|^zlib\.(processChunkSync|zlibBufferSync)$/, say: "its twin without Sync compresses on Node's threads: await promisify(it)(data) of node:util, or a stream for what is large" },
  { call: /^JSON\.(parse|stringify)$/, say: "for large texts, let a worker do it: await toThread((text) => JSON.parse(text).summary, text), and give back only what is needed; or send and read one value a line" },
  { call: /^(structuredClone|v8\.(de)?serialize)$/, say: "copy only the part that is needed, or share the bytes in a SharedArrayBuffer" },
  { call: /^(RegExp\.\w+|String\.(match|matchAll|replace|replaceAll|search|split)|RegExpStringIterator\.next)$/, say: "an expression such as (a+)+ tries every way to split its text: rewrite it without a repetition in a repetition, limit the length of the text, or match in a worker with a timeout: await waitFor(toThread(matches, text), 1)" },
  { call: /^(Array|\w+Array)\.(sort|toSorted)$/, say: "sort in a worker, await toThread(sorted, items), or let the database sort" },
  { call: /^Atomics\.wait$/, say: "Atomics.waitAsync gives a promise, which can be awaited" },
  { call: /^Buffer\.(concat|toString|from|alloc|fill|compare|indexOf)$/, say: "work on large data in pieces, such as the chunks of a stream, or in a worker: await toThread(convert, data)" },
  { call: /^(Array|Map|Set|Object|Math|\w+Array)\.\w+$/, say: "compute it in a worker, await toThread(compute, items), or in pieces with await sleep(0) between them" },
  { call: /^\w+Sync$|Sync of /, say: "look for its twin without Sync, which can be awaited; else call it in a worker: await toThread(…)" },
  { call: / of /, say: "call it in a worker: await toThread(…), or look whether the package has an asynchronous form" },
]

/** What would help, for a call of Node's or the engine's, or for a function of the program that computes. */
export function adviceFor(call: string | undefined, name: string | undefined): string | undefined {
  const found = call === undefined ? undefined : ADVICE.find((advice) => advice.call.test(call))
  if (found !== undefined) return found.say
  if (name === undefined) return undefined
  const code = /^[\w$]+$/.test(name) ? name : "compute"
  return `compute in a worker: await toThread(${code}, …); a loop that can be cut lets others go on with await sleep(0) every few milliseconds`
}

/** Whether a call is one that blocks. */
export function isKnown(call: string): boolean {
  return ADVICE.some((advice) => advice.call.test(call))
}
