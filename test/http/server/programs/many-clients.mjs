// Opens as many connections as it is told at once, asks on each, and counts the answers.
import { connect } from "node:net"

const [port, count] = process.argv.slice(2).map(Number)
let answered = 0
let failed = 0
let open = count
for (let i = 0; i < count; i += 1) {
  let text = ""
  const socket = connect(port, "127.0.0.1")
  socket.setEncoding("latin1")
  socket.write("GET / HTTP/1.1\r\nHost: tea\r\nConnection: close\r\n\r\n")
  socket.on("data", (piece) => (text += piece))
  socket.on("error", () => undefined)
  socket.on("close", () => {
    if (/^HTTP\/1\.1 200 [^]*\r\n\r\ntea$/.test(text)) answered += 1
    else failed += 1
    open -= 1
    if (open === 0) console.log(`${answered} answered, ${failed} failed`)
  })
}
