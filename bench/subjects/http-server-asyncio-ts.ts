/** The bench `http-server` on `serve`, with a fast response and with the platform's own. */

import * as asyncio from "asyncio-ts"
import { FastResponse, HttpServer } from "asyncio-ts/http"
import { greeting, Wrk } from "./http-server-wrk.ts"
import type { Program, Programs } from "./program.ts"

function serving(respond: () => Response): Program {
  return (size) =>
    asyncio.run(async () => {
      const wrk = new Wrk(size)
      const handler = async (): Promise<Response> => {
        wrk.answered()
        return respond()
      }
      return new HttpServer(handler, { gracePeriod: 0 }).run((server) => asyncio.wrapFuture(wrk.run(server.port)))
    })
}

export const programs: Programs = {
  "http-server": serving(() => new FastResponse(greeting)),
  "http-server-response": serving(() => new Response(greeting)),
}
