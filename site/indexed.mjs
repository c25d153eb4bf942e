// What the search finds. Of a page of the reference its names and first sentences: the whole of
// these pages would hide the guide behind words such as "Returns".

/**
 * @param {string} source
 * @param {{ relativePath: string, frontmatter?: Record<string, unknown> }} env
 * @param {{ render: (source: string, env: object) => string }} md
 */
export function indexed(source, env, md) {
  if (env.relativePath.startsWith("source/")) return ""
  return md.render(env.relativePath.startsWith("api/") ? shortened(source) : source, env)
}

/** @param {string} source */
function shortened(source) {
  const end = source.search(/^## (?!Call Signature)/m)
  return source.slice(0, end === -1 ? undefined : end).replace(/^```[^]*?^```$/gm, "")
}
