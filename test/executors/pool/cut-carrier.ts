/** Kinds of workers whose messages a test counts, and which it ends at one of them. */
import type { Carrier, CarrierEvents, CarrierKind } from "#src/executors/pool/carrier.ts"
import type { FromWorker, ToWorker } from "#src/executors/wire/messages.ts"

/** A moment at which a worker is ended: next to the nth message, either way. */
export interface Cut {
  readonly at: number
  readonly when: "before" | "after"
}

/** `kind`, whose first worker is ended at `cut`; `seen` gets what crossed, either way. */
export function cutting(kind: CarrierKind, cut: Cut | null, seen: string[]): CarrierKind {
  let first = true
  return {
    ...kind,
    start(name, settings, events) {
      if (!first) return kind.start(name, settings, events)
      first = false
      let carrier: Carrier | undefined = undefined
      let early = false
      const cross = (what: string, deliver: () => void): void => {
        const isIt = cut?.at === seen.length
        seen.push(what)
        if (isIt && cut?.when === "before") end()
        deliver()
        if (isIt && cut?.when === "after") end()
      }
      const end = (): void => {
        if (carrier === undefined) early = true
        else carrier.kill()
      }
      carrier = kind.start(name, settings, {
        message: (message: FromWorker) => cross(`< ${message.kind}`, () => events.message(message)),
        exited: (how) => events.exited(how),
      } satisfies CarrierEvents)
      if (early) carrier.kill()
      const inner = carrier
      return {
        label: inner.label,
        post: (message: ToWorker, transfer) => cross(`> ${message.kind}`, () => inner.post(message, transfer)),
        kill: () => inner.kill(),
        hold: (held) => inner.hold(held),
      }
    },
  }
}
