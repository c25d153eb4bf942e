/**
 * A stand-in for a language model's API, on this machine: it streams its answer as
 * server-sent events, word by word, in the form that the official clients read.
 */
import * as asyncio from "asyncio-ts"
import { eventStream, serve, type HttpServer } from "asyncio-ts/http"

const WORDS = `There is no model here, only a server that takes its time over each word, as one that
computes does. Close the page, and it stops in the midst of a sentence, since nobody reads on.`.split(/\s+/)

export interface Model {
  readonly server: HttpServer
  /** Answers that are being made at this moment. */
  readonly running: () => number
  /** Answers that were given up, since nobody waited for them any more. */
  readonly stopped: () => number
}

/** Starts it; each word takes `secondsPerWord`. */
export async function startModel(secondsPerWord: number): Promise<Model> {
  let running = 0
  let stopped = 0

  async function* answer(prompt: string): AsyncGenerator<string> {
    running += 1
    let finished = false
    try {
      for (const word of [`“${prompt}”`, "is", "a", "good", "question.", ...WORDS]) {
        await asyncio.sleep(secondsPerWord)
        yield JSON.stringify({
          id: "answer",
          object: "chat.completion.chunk",
          created: 0,
          model: "stand-in",
          choices: [{ index: 0, delta: { content: `${word} ` }, finish_reason: null }],
        })
      }
      yield "[DONE]"
      finished = true
    } finally {
      running -= 1
      if (!finished) stopped += 1
    }
  }

  const server = await serve(async (request) => {
    if (new URL(request.url).pathname !== "/v1/chat/completions") return new Response("not here\n", { status: 404 })
    const { messages } = (await request.json()) as { messages: { content: string }[] } // as its clients send it
    return eventStream(answer(messages.at(-1)?.content ?? ""))
  })
  return { server, running: () => running, stopped: () => stopped }
}
