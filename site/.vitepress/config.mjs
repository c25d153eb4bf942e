import { keepHighlighted, writeHighlighted } from "../highlight-cache.mjs"
import { linkExercises, playableExercises } from "../exercise-links.mjs"
import { includesOf, playablePrograms } from "../includes.mjs"
import { indexed } from "../indexed.mjs"
import { docs } from "../places.mjs"
import { linkToSources } from "../source-links.mjs"
import { sidebar } from "../sidebar.mjs"

/** The rendering program is in this folder and finds Vue by itself; pages, which are outside it, do not. */
const vueOutside = {
  name: "vue-outside",
  enforce: /** @type {const} */ ("pre"),
  /**
   * @param {string} id
   * @param {string | undefined} _importer
   * @param {{ ssr?: boolean }} options
   */
  resolveId: (id, _importer, { ssr }) => (ssr === true && /^vue(\/server-renderer)?$/.test(id) ? { id, external: true } : undefined),
}

const description = "Python's asyncio, whole, for TypeScript"
const playable = playablePrograms()
// VitePress loads this file by itself: build-site.mjs has no other way to say it.
const base = process.env["SITE_BASE"] ?? "/"

/** @type {import("vitepress").UserConfig<import("vitepress").DefaultTheme.Config>} */
export const config = {
  title: "asyncio-ts",
  description,
  lang: "en-GB",
  base,
  srcDir: docs,
  cacheDir: "./.cache/vite",
  // A plain file server knows no page without its ending.
  cleanUrls: false,
  // The list of all pages in one file instead of in each page.
  metaChunk: true,
  lastUpdated: false,
  // Links outside these pages are to files of the repository, which source-links.mjs turns into pages.
  ignoreDeadLinks: false,
  head: [["link", { rel: "icon", href: "data:," }]],
  buildEnd: writeHighlighted,
  markdown: {
    // Of the themes of this highlighter these have the contrast that people with weak sight need.
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config(md) {
      keepHighlighted(md)
      linkToSources(md)
      includesOf(md, playable, base)
      linkExercises(md, playableExercises(), base)
    },
  },
  vite: { plugins: [vueOutside], build: { chunkSizeWarningLimit: 10_000 } },
  themeConfig: {
    nav: [
      { text: "Guide", link: "/guide/01-what-it-is", activeMatch: "/guide/" },
      { text: "Reference", link: "/api/", activeMatch: "/api/" },
      ...(playable.size > 0 ? [{ text: "Playground", link: "/playground/index.html", target: "_self" }] : []),
    ],
    sidebar: sidebar(),
    outline: { level: [2, 3] },
    search: { provider: "local", options: { _render: indexed, miniSearch: { searchOptions: { fuzzy: 0.1, prefix: true, boost: { title: 8, titles: 1, text: 1 } } } } },
  },
}

export default config // oxlint-disable-line import/no-default-export -- VitePress takes it from there
