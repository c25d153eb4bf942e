// A plain file server for the built site: it knows no page by another path than its file's.
import { createReadStream } from "node:fs"
import { createServer } from "node:http"
import { extname, join, normalize } from "node:path"
import { fileAt } from "./check-links.mjs"

const TYPES = new Map([[".html", "text/html; charset=utf-8"], [".js", "text/javascript"], [".mjs", "text/javascript"], [".css", "text/css"], [".json", "application/json"], [".svg", "image/svg+xml"], [".png", "image/png"], [".wasm", "application/wasm"], [".woff2", "font/woff2"]])

/**
 * @param {string} folder
 * @param {{ base?: string, port?: number }} [options] `base`: the path before every file, with a slash at both ends; `port`: by default a free one
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve(folder, { base = "/", port = 0 } = {}) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent((request.url ?? "/").replace(/[?#].*$/, "")))
    const file = path.startsWith(base) ? fileAt(folder, path.slice(base.length)) : undefined
    response.statusCode = file === undefined ? 404 : 200
    response.setHeader("content-type", TYPES.get(extname(file ?? ".html")) ?? "application/octet-stream")
    createReadStream(join(folder, file ?? "404.html")).on("error", () => response.destroy()).pipe(response)
  })
  await new Promise((done, failed) => server.once("error", failed).listen(port, "127.0.0.1", () => done(undefined)))
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the server has no port")
  return {
    url: `http://127.0.0.1:${address.port}${base}`,
    close: () => {
      const closed = new Promise((done) => server.close(() => done(undefined)))
      server.closeAllConnections()
      return closed.then(() => undefined)
    },
  }
}
