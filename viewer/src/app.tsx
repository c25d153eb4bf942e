/** The page around the plot. */
import type { ComponentChildren, RefObject } from "preact"
import type { Commands } from "./commands.ts"
import { Details } from "./details.tsx"
import { Findings } from "./findings.tsx"
import { KEYS, POINTER, type Toggles } from "./keys.ts"
import { spanTitle, rowTitle } from "./describe.ts"
import { Still } from "./still.ts"
import { Tree } from "./tree.tsx"
import type { View } from "./view.ts"
import { count, duration } from "./words.ts"

export interface Elements {
  readonly overview: RefObject<HTMLCanvasElement | null>
  readonly ruler: RefObject<HTMLCanvasElement | null>
  readonly plot: RefObject<HTMLCanvasElement | null>
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly search: RefObject<HTMLInputElement | null>
}

interface Props {
  readonly view: View
  readonly commands: Commands | undefined
  readonly elements: Elements
  readonly toggles: Toggles
  readonly dark: boolean
  readonly help: boolean
  readonly panel: boolean
  readonly onPanel: () => void
  /** Another number when more has changed than what is drawn. */
  readonly revision: number
}

export function App(props: Props) {
  const { view, commands, elements, toggles, help, panel, revision } = props
  const { model } = view
  return (
    <>
      <Still of={revision}>
        {() => (
          <>
            <Header {...props} />
            <Losses view={view} />
          </>
        )}
      </Still>
      <canvas ref={elements.overview} class="overview" aria-hidden="true" />
      <main class={panel ? "with-panel" : ""}>
        <div class="rows">
          <div class="head" tabIndex={-1}>
            <div class="corner">
              <span>Task</span>
              <span class="quiet">lived</span>
            </div>
            <canvas ref={elements.ruler} class="ruler" aria-hidden="true" />
          </div>
          <div class="scroller" ref={elements.scroller} tabIndex={-1}>
            <div class="spacer" style={{ height: `${view.wholeHeight / view.scrollScale}px` }}>
              <div class="sticky" style={{ height: `${view.height}px` }}>
                {commands === undefined ? null : <Tree view={view} commands={commands} />}
                <canvas
                  ref={elements.plot}
                  class="plot"
                  tabIndex={0}
                  role="application"
                  aria-label="Timeline: what each task did. Arrow keys go from span to span, Enter zooms."
                />
                {model.rows.kind.length === 0 ? <Empty /> : null}
              </div>
            </div>
          </div>
        </div>
        {panel && commands !== undefined ? (
          <aside aria-label="Facts">
            <Still of={revision}>
              {() => (view.selection === undefined ? <Findings view={view} commands={commands} /> : <Details model={model} selection={view.selection} commands={commands} />)}
            </Still>
          </aside>
        ) : null}
      </main>
      <p class="told" role="status" aria-live="polite">{told(view)}</p>
      {help ? <Help onClose={toggles.help} /> : null}
    </>
  )
}

function Header({ view, commands, elements, toggles, dark, panel, onPanel }: Props) {
  const { facts, columns, length } = view.model
  const found = view.matches?.rows.length ?? 0
  const sources = [count(columns.events.count, "event"), count(columns.tasks.count, "task"), duration(length)]
  return (
    <header class="top">
      <div class="title">
        <h1>{facts.title}</h1>
        <p class="quiet">
                    <span>{sources.join(" · ")}</span>
          {columns.reason === undefined || columns.reason === "asked" ? null : <span>{WHY[columns.reason] ?? columns.reason}</span>}
          {columns.epoch === undefined ? null : <span class="begun">{begun(columns.epoch + view.model.clocks.origin)}</span>}
        </p>
      </div>
      <form
        class="search"
        role="search"
        onSubmit={(event: SubmitEvent) => {
          event.preventDefault()
          commands?.findNext(1)
        }}
      >
        <input
          ref={elements.search}
          type="search"
          placeholder="Names, reasons, places"
          aria-label="Search names, reasons and places"
          value={view.query}
          onInput={(event) => commands?.find(event.currentTarget.value)}
          onKeyDown={(event: KeyboardEvent) => {
            if (event.key === "Enter") {
              event.preventDefault()
              commands?.findNext(event.shiftKey ? -1 : 1)
            } else if (event.key === "Escape") {
              commands?.find("")
              elements.plot.current?.focus()
            }
          }}
        />
        <output>{view.matches === undefined ? "" : found === 0 ? "none" : `${view.match < 0 ? "–" : (view.match + 1).toLocaleString("en")} / ${found.toLocaleString("en")}`}</output>
        <Button label="Match before (Shift+N)" disabled={found === 0} onClick={() => commands?.findNext(-1)}>↑</Button>
        <Button label="Next match (N)" disabled={found === 0} onClick={() => commands?.findNext(1)}>↓</Button>
      </form>
      <div class="tools" role="toolbar" aria-label="View">
        <Button label="Zoom out (−)" onClick={() => commands?.zoomBy(1 / 1.5)}>−</Button>
        <Button label="Zoom in (+)" onClick={() => commands?.zoomBy(1.5)}>+</Button>
        <Button label="Show everything (0)" onClick={() => commands?.fit()}>All</Button>
        <Button label="Fold all rows" onClick={() => view.foldAll(view.folded.size === 0)}>{view.folded.size === 0 ? "Fold" : "Unfold"}</Button>
        {facts.path === undefined ? null : <Button label="Critical path (P)" pressed={view.path} onClick={toggles.path}>Path</Button>}
        <Button label="Arrows of awaits and wake-ups (R)" pressed={view.arrows} onClick={toggles.arrows}>Arrows</Button>
        <Button label="Only rows of what lives in the stretch that is seen (L)" pressed={view.onlyHere} onClick={toggles.here}>In view</Button>
        <Button label="Facts and advice" pressed={panel} onClick={onPanel}>Facts</Button>
        <Button label={dark ? "Light (T)" : "Dark (T)"} id="theme" onClick={toggles.theme}>{dark ? "☀" : "☾"}</Button>
        <Button label="Keys (?)" onClick={toggles.help}>?</Button>
      </div>
    </header>
  )
}

const WHY: Readonly<Record<string, string>> = {
  signal: "written at a signal",
  failure: "written at a failure that nobody handled",
  deadlock: "written at a deadlock",
  latency: "written when something took too long",
}

function begun(epoch: number): string {
  return `begun ${new Date(epoch * 1000).toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC")}`
}

interface ButtonProps {
  readonly label: string
  readonly pressed?: boolean
  readonly disabled?: boolean
  readonly id?: string
  readonly onClick: () => void
  readonly children: ComponentChildren
}

function Button({ label, pressed, disabled = false, id, onClick, children }: ButtonProps) {
  return <button type="button" id={id} title={label} aria-label={label} aria-pressed={pressed} disabled={disabled} onClick={onClick}>{children}</button>
}

/** What is missing is said, so that nobody takes a gap for idleness. */
function Losses({ view }: { readonly view: View }) {
  const { dropped, lost, pools } = view.model.columns
  const losses = [
    dropped > 0 ? `${count(dropped, "earlier event")} had to make room` : "",
    (pools?.dropped ?? 0) > 0 ? `${count(pools?.dropped ?? 0, "earlier job")} had to make room` : "",
    (lost?.texts ?? 0) > 0 ? `the words of ${count(lost?.texts ?? 0, "wait")} found no room` : "",
    (lost?.edges ?? 0) > 0 ? `${count(lost?.edges ?? 0, "arrow")} found no room` : "",
  ].filter((loss) => loss !== "")
  return losses.length === 0 ? null : <p class={dropped > 0 ? "losses" : "losses slight"} role="note">Not all is here: {losses.join("; ")}.</p>
}

function Empty() {
  return (
    <div class="empty">
      <h2>No task ran</h2>
      <p>The recording is empty. A task shows here once <code>asyncio.run(main)</code> or <code>asyncio.createTask(…)</code> has made it while the recorder was on.</p>
    </div>
  )
}

function Help({ onClose }: { readonly onClose: () => void }) {
  return (
    <div class="veil" onClick={onClose}>
      <div
        class="help"
        role="dialog"
        aria-modal="true"
        aria-label="Keys"
        onClick={(event) => event.stopPropagation()}
        // Its one button keeps the focus: what lies behind is not to be used.
        onKeyDown={(event: KeyboardEvent) => {
          if (event.key === "Tab") event.preventDefault()
        }}
      >
        <header>
          <h2>Keys</h2>
          <button type="button" class="icon" aria-label="Close" onClick={onClose} autoFocus>✕</button>
        </header>
        <dl>{[...KEYS, ...POINTER].map(([keys, what]) => <><dt><kbd>{keys}</kbd></dt><dd>{what}</dd></>)}</dl>
      </div>
    </div>
  )
}

function told({ selection, model }: View): string {
  if (selection === undefined) return ""
  const { row, span } = selection
  if (span < 0) return rowTitle(model, row)
  const { from, to } = model.spans
  return `${rowTitle(model, row)}: ${spanTitle(model, row, span)} for ${duration(to[span] - from[span])} from ${duration(from[span])}`
}
