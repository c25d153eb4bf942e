// Where the site takes its parts from, and where it puts them.
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const site = dirname(fileURLToPath(import.meta.url))
export const root = dirname(site)
export const docs = join(root, "docs")
/** Made anew by each build, and not committed. */
export const API = join(docs, "api")
export const SOURCES = join(docs, "source")
export const OUTPUT = join(site, "dist")
export const CACHE = join(site, ".cache")
/** A folder of static files, which becomes a part of the site, and the program that makes it. */
export const PLAYGROUND = join(CACHE, "playground")
export const PLAYGROUND_BUILD = join(root, "playground", "build.mjs")
