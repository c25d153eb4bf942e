/**
 * The exercises in which a timeline is drawn.
 */
import type { DrawingExercise } from "../exercise.ts"

export const drawBrews: DrawingExercise = {
  kind: "draw",
  name: "draw-brews",
  title: "Draw three teas",
  track: "main",
  objective: "switch",
  remedial: "sleep-together",
  drawn: "lives",
  tasks: ["masala", "green", "ginger"],
  hints: ["A task's line begins where createTask is called, and ends when its code has returned.", "main sleeps for a second before it makes the second task, and awaits that one before it makes the third.", "masala 0..3, green 1..2, …"],
}

export const drawLine: DrawingExercise = {
  kind: "draw",
  name: "draw-line",
  title: "Draw a line at the till",
  track: "advanced",
  objective: "switch",
  remedial: "sleep-line",
  drawn: "waits",
  tasks: ["ann", "ben", "cem"],
  hints: ["Each task first walks to the till, with a sleep, and then stands in line for the lock.", "Who came first pays first. Who finds the till free stands in no line.", "ann sleep 0..1 and, while she pays, sleep 1..3; ben sleep 0..2, and in line until cem, who came before, has paid; …"],
}

export const sleepTogether: DrawingExercise = {
  kind: "draw",
  name: "sleep-together",
  title: "Draw two sleeps",
  track: "remedial",
  objective: "together",
  drawn: "lives",
  tasks: ["short", "long"],
  hints: ["gather begins both at once.", "short 0..1"],
}

export const sleepLine: DrawingExercise = {
  kind: "draw",
  name: "sleep-line",
  title: "Draw two sleepers and one bed",
  track: "remedial",
  objective: "share",
  drawn: "waits",
  tasks: ["first", "second"],
  hints: ["There is one bed: the second waits in line until the first gets up.", "first sleep 0..2"],
}
