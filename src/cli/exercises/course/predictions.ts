/**
 * The exercises in which the order of events is predicted.
 */
import type { PredictionExercise } from "../exercise.ts"

export const order: PredictionExercise = {
  kind: "predict",
  name: "order",
  title: "Who is next",
  track: "main",
  objective: "loop",
  remedial: "sleep-order",
  hints: ["createTask begins nothing: the task runs when whoever made it awaits.", "At an await the loop takes who is ready, in the order in which they became so.", "main prints twice before either task begins; sleep(0) lets both begin; then the shorter sleep ends first."],
  reasons: {
    "main makes two tasks": "main runs until its first await; nothing else can run before",
    "main has made them": "createTask only puts a task in line, and main has not awaited yet",
    "tea begins": "main pauses at sleep(0), and the task that was made first is the first in line",
    "toast begins": "tea pauses at its sleep, and toast is next in line",
    "main again": "sleep(0) lets all that were ready have one turn, then main goes on",
    "toast is done": "of the two sleeps the one of 1 s ends first",
    "tea is done": "the sleep of 2 s ends",
    "main has both": "gather goes on when the last of its tasks has ended",
  },
}

export const orderOfEnding: PredictionExercise = {
  kind: "predict",
  name: "order-of-ending",
  title: "Who ends when one fails",
  track: "advanced",
  objective: "loop",
  remedial: "sleep-order",
  hints: ["A cancelled task is told at its await, and its `finally` runs before the group ends.", "The code after `group.createTask` runs before either task begins. The group ends only when all of its tasks have.", "open, both begin, the press breaks at 1 s, the oven cleans up for half a second, then the group throws."],
  reasons: {
    "the kitchen opens": "main runs until its first await",
    "both are at work soon": "createTask puts tasks in line; the body of the group has not awaited yet",
    "oven begins": "the body has ended, the group waits, and the oven is first in line",
    "press begins": "the oven pauses at its sleep",
    "press breaks": "its sleep of 1 s is the first to end",
    "oven cools down": "the press has failed, so the group cancels the oven, whose finally runs at its await",
    "oven is cold": "clean-up may await: the group waits for it",
    "closed: the press is broken": "the group has ended with its last task, and throws what the press threw",
    "the oven was cancelled": "this comes after the catch; the oven passed its CancelledError on",
  },
}

export const sleepOrder: PredictionExercise = {
  kind: "predict",
  name: "sleep-order",
  title: "Two sleeps, who wakes first",
  track: "remedial",
  objective: "loop",
  hints: ["Draw two lines from 0: one to 1, one to 2.", "Each prints when it begins, at 0 s, in the order of the list; then the shorter one ends."],
  reasons: {
    "long begins": "gather begins what it is given in the order of the list",
    "short begins": "long pauses at its sleep, so the next in the list begins, still at 0 s",
    "short ends": "a sleep of 1 s ends before one of 2 s",
    "long ends": "2 s are over",
    "both have ended": "gather waits for the longest: 2 s, not 3",
  },
}

export const sleepCancel: PredictionExercise = {
  kind: "predict",
  name: "sleep-cancel",
  title: "A sleep that is cut short",
  track: "remedial",
  objective: "end",
  hints: ["cancel() asks; the task is told at its await, when it is its turn.", "What stands after the sleep never runs. What stands in `finally` does."],
  reasons: {
    "the nap begins": "main sleeps for a second, so the task begins",
    "main cancels": "after 1 s main goes on, while the nap would take 10 s",
    "cancel only asks": "main has not awaited since, so the task has not been told yet",
    "clean up": "main awaits, the task is told at its sleep, and its finally runs",
    "cancelled: true": "the CancelledError was passed on, so the task has ended as cancelled",
  },
}

export const sleepOrCompute: PredictionExercise = {
  kind: "predict",
  name: "sleep-or-compute",
  title: "One sleeps, one computes",
  track: "remedial",
  objective: "bound",
  hints: ["Which of the two has an await between its lines?", "What computes without an await has the thread for itself: nobody else prints before it is done."],
  reasons: {
    "sleeper begins": "it is the first in the list",
    "computer begins": "the sleeper pauses at its await, and the computer begins",
    "computer ends": "between its two lines there is no await, so nobody else can run, however short their sleep",
    "sleeper ends": "only now, when the thread is free, can the sleeper go on",
  },
}
