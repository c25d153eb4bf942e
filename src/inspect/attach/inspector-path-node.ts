import { connect } from "node:net"

/**
 * The path of the one program that an inspector on `port` serves; undefined where no inspector answers.
 *
 * @param limit - seconds
 */
export function inspectorPath(port: number, limit: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let answer = ""
    const socket = connect({ host: "127.0.0.1", port, noDelay: true })
    const end = (path: string | undefined): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(path)
    }
    const timer = setTimeout(() => end(undefined), limit * 1000)
    socket.setEncoding("latin1")
    socket.on("error", () => end(undefined))
    socket.on("close", () => end(undefined))
    socket.on("data", (text) => {
      answer += String(text)
      const path = /"webSocketDebuggerUrl": *"ws:\/\/[^/"]+(\/[^"]+)"/.exec(answer)?.[1]
      if (path !== undefined) end(path)
      else if (!"HTTP/".startsWith(answer.slice(0, 5)) || answer.length > 0x1_0000) end(undefined)
    })
    socket.write(`GET /json/list HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
  })
}
