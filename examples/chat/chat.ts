/** Rooms, and who is in them: knows nothing of sockets. */
import * as asyncio from "asyncio-ts"

/** Lines that may wait for a member who reads slowly. */
const PATIENCE = 100

/** Somebody who talks. What others say waits in `outbox`; once that is full, the member is put out. */
export class Member {
  readonly name: string
  readonly outbox = new asyncio.Queue<string>(PATIENCE)
  readonly #putOut: () => void
  room = "lobby"

  constructor(name: string, putOut: () => void) {
    this.name = name
    this.#putOut = putOut
  }

  hear(line: string): void {
    // Whoever does not read would hold up everybody, or fill the memory.
    if (this.outbox.full()) this.#putOut()
    else this.outbox.putNowait(line)
  }
}

export class Chat {
  // Invariant: a member is in exactly one room from `enter` to `leave`, and no room is empty.
  readonly #rooms = new Map<string, Set<Member>>()

  /** @returns why the name cannot be had; undefined if it can */
  refusal(name: string): string | undefined {
    if (!/^\w{1,20}$/.test(name)) return "a name has 1 to 20 letters, digits or underscores"
    return this.#members().some((member) => member.name === name) ? `${name} is here already` : undefined
  }

  enter(member: Member, room = member.room): void {
    member.room = room
    const members = this.#rooms.get(room) ?? new Set()
    this.#rooms.set(room, members.add(member))
    this.tell(room, `* ${member.name} has come to ${room}`)
  }

  leave(member: Member): void {
    const members = this.#rooms.get(member.room)
    if (members?.delete(member) !== true) return
    if (members.size === 0) this.#rooms.delete(member.room)
    this.tell(member.room, `* ${member.name} has left ${member.room}`)
  }

  tell(room: string, line: string): void {
    for (const member of this.#rooms.get(room) ?? []) member.hear(line)
  }

  /** What a member has written: a command, or something for the room. */
  say(member: Member, line: string): void {
    const [, command, rest = ""] = /^\/(\w+)\s*(.*)$/.exec(line) ?? []
    switch (command) {
      case undefined:
        if (line !== "") this.tell(member.room, `${member.name}: ${line}`)
        break
      case "join":
        this.leave(member)
        this.enter(member, rest === "" ? "lobby" : rest)
        break
      case "who":
        member.hear(`* in ${member.room}: ${[...(this.#rooms.get(member.room) ?? [])].map(({ name }) => name).join(", ")}`)
        break
      case "rooms":
        member.hear(`* rooms: ${[...this.#rooms].map(([name, members]) => `${name} (${members.size})`).join(", ")}`)
        break
      default:
        member.hear(`* there is no /${command}; there are /join ROOM, /who, /rooms and /quit`)
    }
  }

  /** One member from the welcome to the end, however the lines come and go. */
  async converse(lines: AsyncIterator<string>, send: (line: string) => PromiseLike<void>): Promise<void> {
    const name = await this.#ask(lines, send)
    if (name === undefined) return
    const group = new asyncio.TaskGroup()
    const member = new Member(name, () => group.cancel())
    this.enter(member)
    try {
      await group.run(async () => {
        group.createTask(async () => {
          for await (const line of member.outbox) await send(line)
        })
        for (let line = await lines.next(); line.done !== true && line.value !== "/quit"; line = await lines.next()) {
          this.say(member, line.value)
          await asyncio.sleep(0) // others have their turn, however much one of them sends
        }
        this.leave(member)
        member.outbox.shutdown()
      })
    } finally {
      this.leave(member)
    }
  }

  async #ask(lines: AsyncIterator<string>, send: (line: string) => PromiseLike<void>): Promise<string | undefined> {
    await send("* who are you?")
    for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
      const refusal = this.refusal(line.value)
      if (refusal === undefined) return line.value
      await send(`* ${refusal}; who are you?`)
    }
    return undefined
  }

  #members(): Member[] {
    return [...this.#rooms.values()].flatMap((members) => [...members])
  }
}
