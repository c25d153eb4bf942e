/** Does a little every few milliseconds, until its standard input ends; then says what a watchdog had to tell. */
import { startWatchdog } from "asyncio-ts/inspect"

const told: string[] = []
const watchdog = startWatchdog({ threshold: 0.2, report: false, onBlocked: ({ function: name }) => told.push(name) })
await watchdog.ready
let [last, longest] = [performance.now(), 0]
const ticking = setInterval(function tick() {
  longest = Math.max(longest, performance.now() - last)
  last = performance.now()
}, 5)
process.stdin.resume().on("end", () => {
  clearInterval(ticking)
  console.log(longest > 300 ? "stopped" : "never stopped", `blamed: ${told.join()}`)
  watchdog.stop()
})
console.log("ticks")
