/** The server of the benches of HTTP clients, in a process of its own: prints its port, ends with its parent. */
import { createServer } from "node:http"

const body = JSON.stringify({ tea: "masala", cups: 2 })
const server = createServer((_request, response) => {
  response.setHeader("content-type", "application/json")
  response.end(body)
})
server.keepAliveTimeout = 60_000
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  if (typeof address === "object" && address !== null) process.stdout.write(`${address.port}\n`)
})
// Its standard input ends when the parent does, however that ends.
process.stdin.resume()
process.stdin.on("end", () => process.exit())
