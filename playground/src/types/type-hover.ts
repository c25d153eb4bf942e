/** What a thing is, when the pointer rests on it. */
import type { Extension } from "@codemirror/state"
import { hoverTooltip } from "@codemirror/view"
import { described } from "../described.ts"
import type { Names } from "../names.ts"
import type { TypeClient } from "./type-client.ts"
import type { ProgramOf } from "./type-completion.ts"

export function typeHover(client: TypeClient, names: Names, programOf: ProgramOf): Extension {
  return hoverTooltip(async (view, position) => {
    client.wake()
    const { state } = view
    const asked = client.prompt ? await client.ask({ kind: "hover", program: programOf(state.doc.toString()), at: position }) : undefined
    // The editor drops what comes after a change; its length alone would tell it of a place that is no more.
    if (view.state.doc !== state.doc) return null
    const found = asked ?? (client.state === "ready" && client.prompt ? undefined : names.at(state, position))
    return found === undefined || found.to > state.doc.length ? null : { pos: found.from, end: found.to, above: true, create: () => ({ dom: described(found) }) }
  })
}
