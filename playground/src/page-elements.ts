/** The parts of index.html that the page works with. */

function found<E extends HTMLElement>(id: string, kind: new () => E): E {
  const element = document.getElementById(id)
  if (element instanceof kind) return element
  throw new Error(`index.html has no ${kind.name} called ${id}`)
}

export type PageElements = ReturnType<typeof pageElements>

export function pageElements() {
  return {
    examples: found("examples", HTMLSelectElement),
    clock: found("clock", HTMLSelectElement),
    run: found("run", HTMLButtonElement),
    stop: found("stop", HTMLButtonElement),
    compare: found("compare", HTMLButtonElement),
    share: found("share", HTMLButtonElement),
    theme: found("theme", HTMLButtonElement),
    exercises: found("exercises", HTMLButtonElement),
    state: found("state", HTMLElement),
    said: found("said", HTMLElement),
    editor: found("editor", HTMLElement),
    types: found("types", HTMLElement),
    output: found("output", HTMLElement),
    timeline: found("timeline", HTMLElement),
    first: found("first", HTMLButtonElement),
    back: found("back", HTMLButtonElement),
    forward: found("forward", HTMLButtonElement),
    last: found("last", HTMLButtonElement),
    slider: found("slider", HTMLInputElement),
    told: found("told", HTMLElement),
    tasks: found("tasks", HTMLElement),
    comparison: found("comparison", HTMLDialogElement),
    cards: found("cards", HTMLElement),
    course: found("course", HTMLDialogElement),
    courseList: found("course-list", HTMLElement),
    exerciseTitle: found("exercise-title", HTMLElement),
    objective: found("objective", HTMLElement),
    statement: found("statement", HTMLElement),
    form: found("form", HTMLElement),
    files: found("files", HTMLElement),
    check: found("check", HTMLButtonElement),
    checkState: found("check-state", HTMLElement),
    hint: found("hint", HTMLButtonElement),
    again: found("again", HTMLButtonElement),
    hints: found("hints", HTMLElement),
    verdict: found("verdict", HTMLElement),
  }
}
