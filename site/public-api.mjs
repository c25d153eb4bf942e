// A plugin of TypeDoc: what of the sources is for users, and how it is said.
import { Comment, Context, Converter, ReflectionKind } from "typedoc"

/** Members of classes whose name is a symbol that users have: one of the language, or one that is exported. */
const LANGUAGE_SYMBOL = /^\[(iterator|asyncIterator|dispose|asyncDispose|toStringTag|hasInstance|species)\]$/

/** `files` is a constant that stands for a namespace, so that it has a comment of its own. */
const STANDS_FOR_NAMESPACE = /: typeof (\w+) = \1$/

/** @param {import("typedoc").Application} app */
export function load(app) {
  showNamespaces()
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    markBrowserParts(project)
    nameEntries(project)
    const exported = new Set(project.children?.flatMap(({ children }) => children ?? []).map(({ name }) => `[${name}]`))
    for (const reflection of Object.values(project.reflections)) {
      if (!reflection.isDeclaration() || !reflection.name.startsWith("[") || !reflection.parent?.kindOf([ReflectionKind.Class, ReflectionKind.Interface])) continue
      if (!LANGUAGE_SYMBOL.test(reflection.name) && !exported.has(reflection.name)) project.removeReflection(reflection)
    }
  })
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const reflection of Object.values(project.reflections)) {
      if (reflection.comment !== undefined) tidy(reflection.comment)
      if (reflection.isDeclaration()) sayOnce(reflection.signatures ?? [])
      if (reflection.isDeclaration() || reflection.isSignature()) {
        delete reflection.overwrites
        delete reflection.implementationOf
        if (reflection.inheritedFrom?.reflection === undefined) delete reflection.inheritedFrom
      }
    }
  })
}

/** Says of such constants what TypeDoc would have to be told in the sources, which have no need of it: that they are namespaces. */
function showNamespaces() {
  const commentOf = Context.prototype.getComment
  Context.prototype.getComment = function (symbol, kind) {
    const comment = commentOf.call(this, symbol, kind)
    if (kind === ReflectionKind.Variable && STANDS_FOR_NAMESPACE.test(symbol.valueDeclaration?.getText() ?? "")) comment?.modifierTags.add("@namespace")
    return comment
  }
}

/**
 * Says of each name whether browsers have it, and drops the entries that were read for that only.
 *
 * @param {import("typedoc").ProjectReflection} project
 */
function markBrowserParts(project) {
  const modules = new Map(project.children?.map((module) => [module.name, module]))
  for (const [entry, part] of BROWSER_PARTS) {
    const kept = new Set(part === undefined ? [] : modules.get(part)?.children?.map(({ name }) => name))
    if (part !== undefined && kept.size === 0) throw new Error(`the reference has nothing of ${part}, which is what browsers get of ${entry}`)
    const whole = [...modules.values()].find(({ name }) => ENTRY_NAMES.get(name) === entry)
    for (const reflection of whole?.children?.filter(({ name }) => !kept.has(name)).flatMap((each) => (each.kindOf(ReflectionKind.Namespace) ? [each, ...(each.children ?? [])] : [each])) ?? []) {
      for (const each of reflection.signatures ?? [reflection]) {
        each.comment ??= new Comment()
        each.comment.summary.push({ kind: "text", text: "\n\n*Not in browsers.*" })
      }
    }
  }
  for (const part of BROWSER_PARTS.values()) {
    const module = part === undefined ? undefined : modules.get(part)
    if (module !== undefined) project.removeReflection(module)
  }
}

/**
 * Calls each entry what a program imports.
 *
 * @param {import("typedoc").ProjectReflection} project
 */
function nameEntries(project) {
  for (const entry of project.children ?? []) {
    const name = ENTRY_NAMES.get(entry.name)
    if (name === undefined) throw new Error(`the reference has an entry ${entry.name} that is not in package.json`)
    entry.name = name
  }
}

/** Filled by build-api.mjs: an entry of which browsers do not have all, and the name that TypeDoc gives to what they have. @type {Map<string, string | undefined>} */
export const BROWSER_PARTS = new Map()

/** Filled by build-api.mjs: the name that TypeDoc gives to an entry's file, and what a program imports. @type {Map<string, string>} */
export const ENTRY_NAMES = new Map()

/**
 * One list of what is thrown, and names instead of addresses.
 *
 * @param {Comment} comment
 */
function tidy(comment) {
  const thrown = comment.getTags("@throws")
  const [first, ...others] = thrown
  if (first !== undefined && others.length > 0) {
    first.content = thrown.flatMap(({ content }) => [{ kind: /** @type {const} */ ("text"), text: "- " }, ...Comment.cloneDisplayParts(content), { kind: /** @type {const} */ ("text"), text: "\n" }])
    comment.blockTags = comment.blockTags.filter((tag) => !others.includes(tag))
  }
  for (const { content } of comment.getTags("@see")) {
    for (const part of content) part.text = part.text.replace(/^(https:\/\/docs\.python\.org\/\S+?#((?:\w+\.)+\w+))$/gm, "[$2 in Python's documentation]($1)")
  }
}

/**
 * Overloads share one comment in the sources, which the first of them shows.
 *
 * @param {readonly import("typedoc").SignatureReflection[]} signatures
 */
function sayOnce(signatures) {
  const [first, ...others] = signatures
  if (first?.comment === undefined) return
  const said = Comment.combineDisplayParts(first.comment.summary)
  for (const signature of others) {
    if (signature.comment !== undefined && Comment.combineDisplayParts(signature.comment.summary) === said) delete signature.comment
  }
}
