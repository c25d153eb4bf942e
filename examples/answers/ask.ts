/** Asks a language model several questions at a time, with its official client. */
import * as asyncio from "asyncio-ts"
import type OpenAI from "openai"

/** A piece of the answer to one of the questions; the last one has no text. */
export interface Piece {
  readonly question: number
  readonly text: string | undefined
}

/** At most so many answers are made at a time; the others wait in line. */
const LIMIT = 3
/** Pieces that may wait for a reader who is slower than the model. */
const BUFFER = 64

/**
 * The answers, as they come. Whoever stops reading stops the work: the tasks are cancelled,
 * and with their signals the requests to the model.
 */
export async function* askAll(model: OpenAI, questions: readonly string[]): AsyncGenerator<Piece> {
  const pieces = new asyncio.Queue<Piece>(BUFFER)
  const work = asyncio.createTask(async () => {
    try {
      await new asyncio.TaskGroup({ limit: LIMIT }).run((group) => {
        for (const [question, text] of questions.entries()) group.createTask(() => ask(question, text))
      })
    } finally {
      pieces.shutdown()
    }
  })

  async function ask(question: number, content: string): Promise<void> {
    const signal = asyncio.currentTask()?.signal
    const stream = await model.chat.completions.create({ model: "stand-in", messages: [{ role: "user", content }], stream: true }, { signal })
    for await (const { choices } of stream) {
      const text = choices[0]?.delta.content
      if (text !== undefined && text !== null) await pieces.put({ question, text })
    }
    await pieces.put({ question, text: undefined })
  }

  try {
    for await (const piece of pieces) yield piece
    await work
  } finally {
    work.cancel()
    await asyncio.wait([work])
  }
}
