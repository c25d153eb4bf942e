/**
 * Recordings with everything that may be in one, made at random.
 */
import type { RecordedEvent, Recording } from "#src/inspect/recording.ts"
import type { Random } from "../../support/random.ts"

const TEXTS = ["", "sleep", "Lock.acquire", "0.5 s", "grüße 🍵", "half a pair \ud83c", "\0", "main (file:///shop/main.ts:12:3)", "x".repeat(5000)]

export function randomRecording(random: Random, size: number): Recording {
  const text = (): string => random.pick(TEXTS)
  const perhaps = <K extends string, V>(key: K, value: () => V): { [key in K]?: V } => (random.chance(50) ? ({ [key]: value() } as { [key in K]: V }) : {})
  const clock = random.pick([
    () => random.below(1_000_000) / 1e9,
    () => random.below(1000),
    () => (random.below(1_000_003) / 1_000_003) * 10 ** (random.below(40) - 20),
    () => random.pick([0, -0, -1.5, 1e300, 5e-324, Infinity, -Infinity, Number.MAX_SAFE_INTEGER, 0.1 + 0.2]),
  ])
  const id = (): number => random.pick([random.below(size + 3), 2 ** 40 + random.below(9)])
  const event = (): RecordedEvent => {
    const base = { task: id(), time: clock() }
    switch (random.below(6)) {
      case 0:
        return { kind: "created", ...base }
      case 1:
        return { kind: "resumed", ...base }
      case 2:
        return { kind: "ready", ...base, ...perhaps("by", id) }
      case 3:
        return { kind: "cancel requested", ...base, ...perhaps("by", text), ...perhaps("why", text) }
      case 4:
        return { kind: "done", ...base, how: random.pick(["returned", "failed", "cancelled", "left behind"] as const), ...perhaps("reason", text) }
      default: {
        const awaits = Array.from({ length: 1 + random.below(4) }, id)
        return { kind: "parked", ...base, on: text(), ...perhaps("detail", text), ...perhaps("place", text), ...perhaps("awaits", () => awaits) }
      }
    }
  }
  const many = <T>(make: (at: number) => T): T[] => Array.from({ length: random.below(size + 1) }, (_, at) => make(at))
  return {
    ...perhaps("version", () => 1 as const),
    ...perhaps("reason", text),
    ...perhaps("epoch", clock),
    ...perhaps("callbacks", () => many(() => ({ loop: random.below(3), name: text(), from: clock(), to: clock() }))),
    ...perhaps("pauses", () =>
      many(() => ({
        kind: random.pick(["blocked", "collection"] as const),
        from: clock(),
        to: clock(),
        ...perhaps("what", text),
        ...perhaps("place", text),
        ...perhaps("advice", text),
      })),
    ),
    tasks: many((at) => ({ id: at, name: text(), code: text(), loop: random.below(3), ...perhaps("parent", id), leftBehind: random.chance(50), ...perhaps("place", text) })),
    events: many(event),
    dropped: random.below(1e9),
    ...perhaps("lost", () => ({ texts: random.below(1e6), edges: random.below(1e6) })),
    ...perhaps("taken", clock),
    ...perhaps("pools", () => ({
      workers: many((at) => ({ id: at, pool: text(), label: text(), ...perhaps("started", () => (random.below(1_000_003) / 1_000_003)) })),
      jobs: many((at) => ({ id: at, name: text(), queued: (random.below(1_000_003) / 1_000_003), ...perhaps("reason", text) })),
      dropped: random.below(100),
      loops: [1, 2],
    })),
  }
}
