// Answers each line, a number of milliseconds, after that time; runs in a thread of its own, so that only its clients are seen.
import { createServer } from "node:net"
import { createInterface } from "node:readline"
import { parentPort } from "node:worker_threads"

const server = createServer((socket) => {
  socket.setNoDelay(true)
  socket.on("error", () => {})
  createInterface({ input: socket }).on("line", (line) => setTimeout(() => socket.write(`${line}\n`), Number(line)))
})
server.listen(0, "127.0.0.1", () => parentPort?.postMessage(server.address().port))
