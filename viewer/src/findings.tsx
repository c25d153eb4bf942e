/** What the recording says: its facts, what would make it faster, where the loop stood still, and what colours mean. */
import type { Commands } from "./commands.ts"
import { PlaceLine } from "./details.tsx"
import { taskName } from "./describe.ts"
import { BLOCKED, LEFT_BEHIND, LOOKS, READY, RUNNING, WAITS } from "./looks.ts"
import { PAUSES, type Model } from "./model.ts"
import type { View } from "./view.ts"
import type { PageAdvice, PagePath, PagePathSegment } from "../../src/inspect/page/page-facts.ts"
import { count, duration } from "./words.ts"

const MOST = 8

export function Findings({ view, commands }: { readonly view: View; readonly commands: Commands }) {
  const { model } = view
  const { facts } = model
  return (
    <section aria-label="Findings" class="findings">
      {facts.verdict === undefined ? null : <><h2>Verdict</h2><p class="verdict">{facts.verdict}</p></>}
      <h2>Advice</h2>
      {facts.advice.length === 0 ? <p class="quiet">Nothing stands out: no awaits in a row that could run together, no lock or queue that holds many up.</p> : (
        <ol class="advice">
          {facts.advice.map((advice, at) => <Sentence key={at} advice={advice} view={view} commands={commands} />)}
        </ol>
      )}
      <PathFacts view={view} commands={commands} />
      <Blocked model={model} commands={commands} />
      <h2>Colours</h2>
      <ul class="legend">
        {[RUNNING, READY].map((look) => <Sign key={look} look={look} text={LOOKS[look].name} />)}
        {WAITS.map((look) => <Sign key={look} look={look} text={`waiting for ${LOOKS[look].name}`} />)}
        <Sign look={LEFT_BEHIND} text="left behind" />
        <Sign look={BLOCKED} text="the loop is blocked" />
        {facts.path === undefined ? null : <li><i class="line path" />critical path</li>}
        <li><i class="line wake" />wakes</li>
        <li><i class="line await" />awaits</li>
        <li><i class="dot failed" />failed</li>
        <li><i class="dot cancelled" />cancelled</li>
      </ul>
    </section>
  )
}

function Sign({ look, text }: { readonly look: number; readonly text: string }) {
  return <li><i class={`swatch ${LOOKS[look].shape}`} style={{ "--sign": `var(--${LOOKS[look].color})` }} />{text}</li>
}

function Sentence({ advice, view, commands }: { readonly advice: PageAdvice; readonly view: View; readonly commands: Commands }) {
  const { model } = view
  const task = advice.task === undefined ? -1 : model.columns.ids.indexOf(advice.task)
  const show = (): void => {
    const loop = task < 0 ? (model.clocks.loops[0] ?? 0) : model.columns.tasks.loop[task]
    if (advice.from !== undefined && advice.to !== undefined) {
      const [from, to] = [model.clocks.of(loop, advice.from), model.clocks.of(loop, advice.to)]
      view.mark = { from, to }
      commands.show(from, to)
    }
    if (task >= 0) commands.bring(model.rows.ofTask[task])
    view.changed()
  }
  return (
    <li>
      <p>{advice.text}</p>
      {advice.assumed === undefined ? null : <p class="quiet">It is taken for granted {advice.assumed}.</p>}
      {advice.place === undefined ? null : <PlaceLine text={advice.place} sources={model.facts.sources} />}
      {advice.from === undefined && task < 0 ? null : <button type="button" onClick={show}>Show</button>}
    </li>
  )
}

function PathFacts({ view, commands }: { readonly view: View; readonly commands: Commands }) {
  const { model } = view
  const { path } = model.facts
  if (path === undefined) return null
  const { states, longest } = partsOf(path)
  const parts = [...states].sort(([, a], [, b]) => b - a).map(([state, time]) => `${duration(time)} ${state === "job" ? "in workers" : state}`)
  return (
    <>
      <h2>Critical path</h2>
      <p>{duration(path.to - path.from)} decided how long it took: {parts.join(", ")}.{path.complete ? "" : " Its beginning is missing, since earlier events were dropped."}</p>
      <ol class="segments">
        {longest.map((segment) => {
          const task = model.columns.ids.indexOf(segment.task)
          const from = model.clocks.of(path.loop, segment.from)
          const go = (): void => {
            if (task < 0) return
            const row = model.rows.ofTask[task]
            commands.zoomTo({ row, span: view.spanAt(row, from + (segment.to - segment.from) / 2) })
          }
          return (
            <li key={segment.from}>
              <button type="button" class="link" onClick={go}>{task < 0 ? `task ${segment.task}` : taskName(model, task)}</button>
              <span class="quiet">{segment.state === "job" ? "in a worker" : segment.state}</span>
              <span class="figure">{duration(segment.to - segment.from)}</span>
            </li>
          )
        })}
      </ol>
    </>
  )
}

const known = new WeakMap<PagePath, { states: Map<string, number>; longest: PagePathSegment[] }>()

/** How much of a path is what, and its longest segments; worked out once, since there may be many. */
function partsOf(path: PagePath): { states: Map<string, number>; longest: PagePathSegment[] } {
  const found = known.get(path)
  if (found !== undefined) return found
  const states = new Map<string, number>()
  for (const { state, from, to } of path.segments) states.set(state, (states.get(state) ?? 0) + to - from)
  const longest = [...path.segments].sort((a, b) => b.to - b.from - (a.to - a.from)).slice(0, 5)
  known.set(path, { states, longest })
  return { states, longest }
}

function Blocked({ model, commands }: { readonly model: Model; readonly commands: Commands }) {
  const { rows, spans, columns: { pauses, texts }, facts } = model
  const row = rows.kind.findIndex((kind, at) => kind === PAUSES && rows.ref[at] === BLOCKED)
  if (row < 0 || pauses === undefined) return null
  const all = Array.from({ length: spans.first[row + 1] - spans.first[row] }, (_, at) => spans.first[row] + at)
  const longest = all.sort((a, b) => spans.to[b] - spans.from[b] - (spans.to[a] - spans.from[a])).slice(0, MOST)
  return (
    <>
      <h2>Blocked {count(all.length, "time")}</h2>
      <ol class="segments">
        {longest.map((span) => {
          const source = spans.source[span]
          return (
            <li key={span}>
              <button type="button" class="link" onClick={() => commands.zoomTo({ row, span })}>{texts[pauses.what[source]] || "unknown code"}</button>
              <span class="figure">{duration(spans.to[span] - spans.from[span])}</span>
              {pauses.place[source] === 0 ? null : <PlaceLine text={texts[pauses.place[source]]} sources={facts.sources} />}
              {pauses.advice[source] === 0 ? null : <p class="quiet">{texts[pauses.advice[source]]}</p>}
            </li>
          )
        })}
      </ol>
    </>
  )
}
