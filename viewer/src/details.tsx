/** What is selected: the span, and the task that it belongs to. */
import { CANCEL_REQUESTED, NO_TASK, PARKED, READY as WOKEN } from "../../src/inspect/flight/recording-columns.ts"
import type { ComponentChildren } from "preact"
import type { Commands } from "./commands.ts"
import { endOf, rowTitle, spanTitle, taskName } from "./describe.ts"
import { BLOCKED, COLLECTION, isBusy, JOB, LOOKS, READY, RUNNING } from "./looks.ts"
import { LOOP, POOL, TASK_ROW, WORKER_ROW, type Model } from "./model.ts"
import { NO_EVENT } from "./task-spans.ts"
import type { Selection } from "./view.ts"
import { count, duration, placeOf, share } from "./words.ts"

interface Props {
  readonly model: Model
  readonly selection: Selection
  readonly commands: Commands
}

export function Details(props: Props) {
  const { model, selection: { row, span }, commands } = props
  const kind = model.rows.kind[row]
  return (
    <section aria-label="Selection" class="details">
      <header>
        <h2>{rowTitle(model, row)}</h2>
        <button type="button" onClick={() => commands.zoomTo(props.selection)} title="Zoom to it (Enter)">Zoom to</button>
        <button type="button" class="icon" onClick={() => commands.clear()} aria-label="Close" title="Close (Esc)">✕</button>
      </header>
      {span >= 0 ? <SpanFacts {...props} /> : null}
      {kind === TASK_ROW ? <TaskFacts {...props} /> : kind === LOOP || kind === POOL || kind === WORKER_ROW ? <GroupFacts {...props} /> : null}
    </section>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

export function PlaceLine({ text, sources }: { readonly text: string; readonly sources: Readonly<Record<string, string>> }) {
  const place = placeOf(text)
  const line = sources[text]
  return (
    <div class="place">
      <span class="where" title={place.whole}>
        <code>{place.short}</code>
        {place.function === "" ? null : <span class="quiet"> in {place.function}</span>}
      </span>
      {line === undefined ? null : <pre><code>{line}</code></pre>}
    </div>
  )
}

function TaskLink({ model, task, commands }: { readonly model: Model; readonly task: number; readonly commands: Commands }) {
  if (task >= model.columns.tasks.count) return <span>{taskName(model, task)}, which is not in the recording</span>
  return <button type="button" class="link" onClick={() => commands.select({ row: model.rows.ofTask[task], span: -1 })}>{taskName(model, task)}</button>
}

function SpanFacts({ model, selection: { row, span }, commands }: Props) {
  const { columns, spans, facts, clocks, rows } = model
  const { events, texts, tasks, pools, pauses } = columns
  const look = spans.look[span]
  const source = spans.source[span]
  const ofTask = rows.kind[row] === TASK_ROW
  const [from, to] = [spans.from[span], spans.to[span]]
  const place = ofTask && events.kind[source] === PARKED ? texts[events.place[source]] : look === BLOCKED || look === COLLECTION ? texts[pauses?.place[source] ?? 0] : ""
  const advice = look === BLOCKED || look === COLLECTION ? texts[pauses?.advice[source] ?? 0] : ""
  const awaited = ofTask && events.kind[source] === PARKED ? events.awaits.subarray(events.awaitsFrom[source], events.awaitsFrom[source + 1]) : new Uint32Array()
  const job = look === JOB ? pools?.jobs[source] : undefined
  // What ended a wait is the `ready` event that began the next span.
  const next = span + 1 < spans.first[row + 1] ? span + 1 : -1
  const woken = ofTask && !isBusy(look) && next >= 0 && events.kind[spans.source[next]] === WOKEN ? spans.source[next] : -1
  return (
    <div class="span">
      <p class="what">
        <i class={`swatch ${LOOKS[look].shape}`} style={{ "--sign": `var(--${LOOKS[look].color})` }} />
        {spanTitle(model, row, span)}
      </p>
      <dl>
        <Fact name="For">{duration(to - from)}</Fact>
        <Fact name="From">{duration(from)}{clocks.isOwn(tasks.loop[rows.ref[row]]) && ofTask ? " of its loop’s own clock" : ""}</Fact>
        {place === "" ? null : <Fact name="At"><PlaceLine text={place} sources={facts.sources} /></Fact>}
        {advice === "" ? null : <Fact name="Advice">{advice}</Fact>}
        {awaited.length === 0 ? null : (
          <Fact name="Awaits">
            {[...awaited.subarray(0, 12)].map((task) => <TaskLink key={task} model={model} task={task} commands={commands} />)}
            {awaited.length > 12 ? <span class="quiet">and {awaited.length - 12} more</span> : null}
          </Fact>
        )}
        {woken < 0 ? null : (
          <Fact name="Woken by">
            {events.by[woken] === NO_TASK ? "a timer or the host" : <TaskLink model={model} task={events.by[woken]} commands={commands} />}
            <span class="quiet"> and ran {duration(spans.to[next] - spans.from[next])} later</span>
          </Fact>
        )}
        {look === RUNNING && ofTask && span > spans.first[row] && spans.look[span - 1] === READY ? <Fact name="In line">{duration(spans.to[span - 1] - spans.from[span - 1])} before</Fact> : null}
        {job === undefined ? null : (
          <>
            <Fact name="In line">{duration((job.begun ?? job.queued) - job.queued)} for a worker</Fact>
            <Fact name="Ended">{job.how ?? "not yet"}{job.reason === undefined ? "" : `: ${job.reason}`}</Fact>
            {job.task === undefined ? null : <Fact name="Asked by"><JobTask model={model} id={job.task} commands={commands} /></Fact>}
          </>
        )}
      </dl>
    </div>
  )
}

function JobTask({ model, id, commands }: { readonly model: Model; readonly id: number; readonly commands: Commands }) {
  const task = model.columns.ids.indexOf(id)
  return task < 0 ? <span>task {id}</span> : <TaskLink model={model} task={task} commands={commands} />
}

function TaskFacts({ model, selection: { row }, commands }: Props) {
  const { columns: { tasks, events, texts, ids }, rows, spans, lives, facts, edges } = model
  const task = rows.ref[row]
  const parent = tasks.parent[task]
  const done = lives.done[task]
  const end = endOf(model, row)
  const length = rows.to[row] - rows.from[row]
  const times = { running: 0, ready: 0, waiting: 0 }
  let steps = 0
  for (let span = spans.first[row]; span < spans.first[row + 1]; span += 1) {
    const took = spans.to[span] - spans.from[span]
    if (isBusy(spans.look[span])) {
      times.running += took
      steps += 1
    } else if (spans.look[span] === READY) times.ready += took
    else times.waiting += took
  }
  const asked = [...edges.cancels.event].filter((event) => events.task[event] === task && events.kind[event] === CANCEL_REQUESTED)
  return (
    <div class="task">
      <h3>The task</h3>
      <ShareBar parts={[[RUNNING, times.running], [READY, times.ready], [9, times.waiting]]} />
      <table>
        <tbody>
          {([["running", times.running], ["ready", times.ready], ["waiting", times.waiting]] as const).map(([name, time]) => (
            <tr key={name}><th scope="row">{name}</th><td>{duration(time)}</td><td>{share(time, length)}</td></tr>
          ))}
          <tr class="sum"><th scope="row">in all</th><td>{duration(length)}</td><td>{count(steps, "step")}</td></tr>
        </tbody>
      </table>
      <dl>
        <Fact name="Code">{texts[tasks.code[task]]}{texts[tasks.place[task]] === "" ? null : <PlaceLine text={texts[tasks.place[task]]} sources={facts.sources} />}</Fact>
        {parent === NO_TASK ? null : <Fact name="Made by"><TaskLink model={model} task={parent} commands={commands} /></Fact>}
        <Fact name="Lived">{duration(rows.from[row])} to {duration(rows.to[row])}</Fact>
        <Fact name="Ended">{end === undefined ? "not yet" : end}{done !== NO_EVENT && events.detail[done] > 0 ? `: ${texts[events.detail[done]]}` : ""}</Fact>
        {asked.slice(0, 5).map((event) => (
          <Fact key={event} name="Cancelled by">{texts[events.what[event]] || "unknown"}{events.detail[event] > 0 ? `: ${texts[events.detail[event]]}` : ""}</Fact>
        ))}
        <Fact name="Number">{ids[task]}</Fact>
      </dl>
    </div>
  )
}

function GroupFacts({ model, selection: { row } }: Props) {
  const { rows, spans, columns } = model
  const worker = rows.kind[row] === WORKER_ROW
  let jobs = 0
  let busy = 0
  for (let span = spans.first[row]; span < spans.first[row + 1]; span += 1) {
    if (spans.look[span] !== JOB) continue
    jobs += 1
    busy += spans.to[span] - spans.from[span]
  }
  return (
    <dl>
      {worker ? (
        <>
          <Fact name="Ran">{count(jobs, "job")}</Fact>
          <Fact name="Busy">{share(busy, rows.to[row] - rows.from[row])} of {duration(rows.to[row] - rows.from[row])}</Fact>
          <Fact name="Ended">{columns.pools?.workers[rows.ref[row]]?.how ?? "not yet"}</Fact>
        </>
      ) : (
        <Fact name={rows.kind[row] === LOOP ? "Tasks" : "Workers"}>{(rows.end[row] - row - 1).toLocaleString("en")}</Fact>
      )}
    </dl>
  )
}

function ShareBar({ parts }: { readonly parts: readonly (readonly [look: number, time: number])[] }) {
  const whole = parts.reduce((sum, [, time]) => sum + time, 0)
  return (
    <div class="shares" aria-hidden="true">
      {parts.map(([look, time]) => <i key={look} style={{ width: `${whole > 0 ? (100 * time) / whole : 0}%`, background: `var(--${LOOKS[look].color})` }} />)}
    </div>
  )
}

