/**
 * The seam for observers: what the runtime tells whoever watches a program run.
 *
 * Debug mode, the recorder, the inspector and tracing are observers and live outside the
 * core. Without one, an event costs a comparison with null. An observer that throws is
 * taken off and its error reported: it never takes the loop down.
 */
import { host } from "../host/host.js";
/** The observer to tell, or null. Read it before building what would be told. */
export let observer = null;
const observers = new Set();
/** Adds an observer; the returned function takes it off. */
export function observe(added) {
    observers.add(added);
    observer = fanOut;
    return () => {
        observers.delete(added);
        if (observers.size === 0)
            observer = null;
    };
}
function tell(call) {
    for (const to of observers) {
        try {
            call(to);
        }
        catch (error) {
            observers.delete(to);
            if (observers.size === 0)
                observer = null;
            host.report("An observer threw and was taken off:", error);
        }
    }
}
const fanOut = {
    taskCreated: (task, parent, time) => tell((to) => to.taskCreated?.(task, parent, time)),
    taskResumed: (task, time) => tell((to) => to.taskResumed?.(task, time)),
    taskParked: (task, on, time) => tell((to) => to.taskParked?.(task, on, time)),
    taskDone: (task, how, time) => tell((to) => to.taskDone?.(task, how, time)),
    handleBegun: (name, time) => tell((to) => to.handleBegun?.(name, time)),
    handleDone: (name, time) => tell((to) => to.handleDone?.(name, time)),
};
