/**
 * Has notebooks show the objects of this library in more than letters.
 */
import { Coroutine } from "../core/coroutine.ts"
import { Task } from "../core/task.ts"
import { Recorder } from "../inspect/recorder.ts"
import { picture } from "./picture.ts"
import { rich, shownAs } from "./rich.ts"
import { taskCard } from "./task-card.ts"

/** For tasks, for recorders, and for coroutines, which a beginner forgets to await. */
export function installRich(): void {
  shownAs(Task.prototype as Task<unknown>, taskCard)
  shownAs(Recorder.prototype, (recorder) => picture(recorder.recording())[rich]())
  shownAs(Coroutine.prototype as Coroutine<unknown>, (coroutine) => {
    const plain = coroutine.toString()
    return { "text/plain": coroutine.unstarted ? `${plain} has not started: await it, or give it to createTask(…)` : plain }
  })
}
