"""Wider scenarios: every operation of `operations()`, and every ordered pair of them, at equal shares.

It adds operations, and a maker that plans them, to oracle.py, which stays as it is, since the stored
scenarios are its. README.md says what a trace is.
"""
import asyncio
import contextlib
import contextvars
import gc
import json
import random

# Pyodide runs a loop of its own in this thread, and asyncio refuses a second one beside it.
asyncio._set_running_loop(None)

import oracle
from oracle import DONE, GOING, Undetermined, UserError, not_itself, outcome, pick, program, run

narrow_sync, narrow_step = oracle.sync_op, oracle.step
HAS_GROUP_CANCEL = hasattr(asyncio.TaskGroup, "cancel")


class Env(oracle.Env):
    def __init__(self, scenario):
        super().__init__(scenario)
        self.contexts = [contextvars.copy_context() for _ in range(2)]
        self.handles = [None] * 3
        self.tokens = [None] * 2
        self.listeners = [self.listener(k) for k in range(2)]
        self.handlers = [self.handler(k) for k in range(2)]
        self.loop.set_exception_handler(self.handlers[0])

    def listener(self, k):
        return lambda future: self.log("callback", f"listener {k}", ["value", self.var.get()])

    def handler(self, k):
        def handle(loop, context):
            # What CPython tells when it collects something comes at no time of its own.
            if "handle" in context or context["message"].startswith("own "):
                out = outcome(context["exception"]) if "exception" in context else ["value", context["message"]]
                self.log("handler", f"told {k}", out)
        return handle

    def name(self, task):
        """The label of a task of the program, None for the harness's and those that have none."""
        return next((label for label, mine in self.tasks.items() if mine is task), None)

    def callback(self, op):
        return lambda *_: oracle.sync_op(self, "callback", op)


class TaskGroup(oracle.OrderedTaskGroup):
    quiet = False

    def cancel(self):
        self.quiet = True
        super().cancel()


def fail(code):
    raise UserError(code)


# ---------------------------------------------------------------- operations that never suspend

def state_of(future):
    return ["value", future.done(), future.cancelled()]


def error_of(future):
    error = future.exception()
    return ["value", None] if error is None else outcome(error)


def of_task(what):
    def do(env, label, *rest):
        task = env.tasks.get(label)
        return ["none"] if task is None else what(env, task, *rest)
    return do


def rename(env, task, name):
    task.set_name(name)
    return ["value", task.get_name()]


def new_future(env, i, by_loop):
    env.futs[i] = env.loop.create_future() if by_loop else asyncio.Future()


def keep(schedule):
    def do(env, slot, *rest):
        env.handles[slot] = schedule(env, *rest)
    return do


def handle_state(env, slot):
    handle = env.handles[slot]
    if handle is None:
        return ["none"]
    when = round(handle.when() * 1000) if isinstance(handle, asyncio.TimerHandle) else None
    return ["value", handle.cancelled(), when]


def handle_cancel(env, slot):
    if env.handles[slot] is None:
        return ["none"]
    env.handles[slot].cancel()


def handle_var(env, slot):
    handle = env.handles[slot]
    if handle is None or handle.cancelled():
        return ["none"]
    return ["value", handle.get_context().get(env.var, "unset")]


def push(env, slot, value):
    env.tokens[slot] = env.var.set(value)


def pop(env, slot):
    if env.tokens[slot] is None:
        return ["none"]
    try:
        env.var.reset(env.tokens[slot])
    except (ValueError, RuntimeError):
        # A token of another context is a ValueError here and a RuntimeError there.
        return ["RuntimeError"]


def copy_context(env, c):
    env.contexts[c] = contextvars.copy_context()


def run_in(env, c, op):
    try:
        env.contexts[c].run(oracle.sync_op, env, "context", op)
    except RuntimeError:
        raise Undetermined("a context that is entered already is refused: the ledger")


def use_handler(env, k):
    env.loop.set_exception_handler(env.handlers[k])


def which_handler(env):
    return ["value", env.handlers.index(env.loop.get_exception_handler())]


def split(env, code):
    group = ExceptionGroup("own", [UserError(code), ExceptionGroup("inner", [TimeoutError(), UserError(code + 1)])])
    match, rest = group.split(UserError)
    return ["value", outcome(match), outcome(rest), outcome(group.subgroup(TimeoutError)), group.subgroup(ValueError)]


def refused(env, call):
    """What a loop that runs refuses."""
    try:
        env.loop.close() if call == "close" else env.loop.run_until_complete(env.loop.create_future())
    except RuntimeError:
        return ["RuntimeError"]


def current(env):
    task = asyncio.current_task()
    return ["value", None if task is None else env.name(task)]


def everyone(env):
    return ["value", sorted(name for name in map(env.name, asyncio.all_tasks()) if name is not None)]


def factory(env):
    return ["value", env.loop.get_task_factory() is None]


SYNC = {
    "ev_is_set": lambda env, i: ["value", env.events[i].is_set()],
    "notify_all": lambda env, i: env.conds[i].notify_all(),
    "q_maxsize": lambda env, i: ["value", env.queues[i].maxsize],
    "b_state": lambda env, i: ["value", env.barriers[i].parties, env.barriers[i].n_waiting, env.barriers[i].broken],
    "fut_state": lambda env, i: state_of(env.futs[i]),
    "fut_get": lambda env, i: ["value", env.futs[i].result()],
    "fut_exception": lambda env, i: error_of(env.futs[i]),
    "fut_new": new_future,
    "fut_listen": lambda env, i, k: env.futs[i].add_done_callback(env.listeners[k]),
    "fut_listen_in": lambda env, i, k, c: env.futs[i].add_done_callback(env.listeners[k], context=env.contexts[c]),
    "fut_unlisten": lambda env, i, k: ["value", env.futs[i].remove_done_callback(env.listeners[k])],
    "fut_then": lambda env, i, op: env.futs[i].add_done_callback(env.callback(op)),
    "fut_kinds": lambda env, i: ["value", asyncio.isfuture(env.futs[i]), asyncio.iscoroutine(env.futs[i]),
                                 asyncio.ensure_future(env.futs[i]) is env.futs[i], env.futs[i].get_loop() is env.loop],
    "task_then": of_task(lambda env, task, op: task.add_done_callback(env.callback(op))),
    "task_listen": of_task(lambda env, task, k: task.add_done_callback(env.listeners[k])),
    "task_unlisten": of_task(lambda env, task, k: ["value", task.remove_done_callback(env.listeners[k])]),
    "task_get": of_task(lambda env, task: ["value", task.result()]),
    "task_exception": of_task(lambda env, task: error_of(task)),
    "task_name": of_task(lambda env, task: ["value", task.get_name()]),
    "task_rename": of_task(rename),
    "task_set": of_task(lambda env, task, value: task.set_result(value)),
    "task_fail": of_task(lambda env, task, code: task.set_exception(UserError(code))),
    "task_var": of_task(lambda env, task: ["value", task.get_context().get(env.var, "unset")]),
    "task_kinds": of_task(lambda env, task: ["value", task.get_loop() is env.loop, asyncio.isfuture(task),
                                             asyncio.iscoroutine(task.get_coro())]),
    "current": current,
    "everyone": everyone,
    "factory": factory,
    "loop_state": lambda env: ["value", env.loop.is_running(), env.loop.is_closed(), env.loop.get_debug(),
                               asyncio.get_running_loop() is env.loop],
    "loop_refuses": refused,
    "set_debug": lambda env, on: env.loop.set_debug(on),
    "time": lambda env: ["value", round(env.loop.time() * 1000)],
    "call_at": lambda env, ms, op: ignore(env.loop.call_at(env.loop.time() + ms / 1000, env.callback(op))),
    "call_threadsafe": lambda env, op: ignore(env.loop.call_soon_threadsafe(env.callback(op))),
    "call_soon_in": lambda env, c, op: ignore(env.loop.call_soon(env.callback(op), context=env.contexts[c])),
    "call_later_in": lambda env, ms, c, op: ignore(env.loop.call_later(ms / 1000, env.callback(op), context=env.contexts[c])),
    "call_fail": lambda env, code: ignore(env.loop.call_soon(fail, code)),
    "h_soon": keep(lambda env, op: env.loop.call_soon(env.callback(op))),
    "h_later": keep(lambda env, ms, op: env.loop.call_later(ms / 1000, env.callback(op))),
    "h_at": keep(lambda env, ms, op: env.loop.call_at(env.loop.time() + ms / 1000, env.callback(op))),
    "h_cancel": handle_cancel,
    "h_state": handle_state,
    "h_var": handle_var,
    "exc_handler": use_handler,
    "exc_which": which_handler,
    "exc_call": lambda env, tag: env.loop.call_exception_handler({"message": f"own {tag}"}),
    "var_push": push,
    "var_pop": pop,
    "ctx_copy": copy_context,
    "ctx_get": lambda env, c: ["value", env.var in env.contexts[c], env.contexts[c].get(env.var, "unset")],
    "ctx_run": run_in,
    "eg_split": split,
}


def ignore(_value):
    return None


def sync_op(env, who, op):
    name, *a = op
    known = SYNC.get(name)
    try:
        if known is None:
            return narrow_sync(env, who, op)
        out = known(env, *a)
    except Undetermined:
        raise
    except (Exception, asyncio.CancelledError) as exc:
        out = outcome(exc)
    env.log(who, " ".join(str(x) for x in op if not isinstance(x, list)), out)
    return True


# ---------------------------------------------------------------- operations that need a task

SWALLOWED = 2


async def steps(env, scope, limits, body):
    """Each operation with a time limit or none; what one throws is told, and the next one begins."""
    left = SWALLOWED
    for limit, op in zip(limits, body):
        try:
            if limit is None:
                state, value = await oracle.step(env, scope, op)
            else:
                zero_limit(limit)
                async with asyncio.timeout(limit / 1000):
                    state, value = await oracle.step(env, scope, op)
            if state is DONE:
                env.log(scope.label, "returned", ["value", value])
        except asyncio.CancelledError as exc:
            env.log(scope.label, "caught", outcome(exc))
            left -= 1
            if left == 0:
                raise
        except Undetermined:
            raise
        except Exception as exc:
            env.log(scope.label, "caught", outcome(exc))


def zero_limit(limit):
    if limit == 0 and asyncio.current_task()._must_cancel:
        raise Undetermined("CPython loses a cancellation here: gh-134471")


def seconds(ms):
    return None if ms is None else ms / 1000


def eager(env, how, coro, label):
    if how == "factory":
        env.loop.set_task_factory(asyncio.create_eager_task_factory(asyncio.Task))
        try:
            return asyncio.create_task(coro, name=label)
        finally:
            env.loop.set_task_factory(None)
    return asyncio.eager_task_factory(env.loop, coro, name=label)


def made_by_factory(env, coro, label):
    def make(loop, coro, **options):
        env.log("factory", f"makes {label}")
        return asyncio.Task(coro, loop=loop, **options)
    env.loop.set_task_factory(make)
    try:
        return env.loop.create_task(coro, name=label)
    finally:
        env.loop.set_task_factory(None)


def ensured(coro, label):
    task = asyncio.ensure_future(coro)
    task.set_name(label)
    return task


async def generate(env, scope, parts, last):
    try:
        for k, body in enumerate(parts):
            state, _ = await run(env, scope, body)
            if state is DONE:
                return
            yield k
            env.log(scope.label, "yielded", ["value", env.var.get()])
    finally:
        env.log(scope.label, "closing")
        await run(env, scope, last)


async def consume(env, scope, parts, take, body, last):
    async with contextlib.aclosing(generate(env, scope, parts, last)) as items:
        async for item in items:
            env.log(scope.label, "item", ["value", item])
            state, value = await run(env, scope, body)
            if state is DONE:
                return DONE, value
            if item + 1 == take:
                break
    return GOING, None


def known(env, labels):
    return [env.tasks[label] for label in labels if label in env.tasks]


async def step(env, scope, op):
    name, *a = op
    who = scope.label
    log = lambda what, out=None: env.log(who, what, out)
    if name in SYNC:
        sync_op(env, who, op)
    elif name == "acquire" and a[0] == "cond" or name == "steps":
        if name == "steps":
            await steps(env, scope, *a)
        else:
            await env.conds[a[1]].acquire()
            log(f"acquire cond {a[1]}")
    elif name in ("spawn_in", "loop_spawn", "ensure", "eager", "factory_spawn"):
        label, body, *how = a
        coro = program(env, label, body)
        if name == "spawn_in":
            task = asyncio.create_task(coro, name=label, context=env.contexts[how[0]])
        elif name == "loop_spawn":
            task = env.loop.create_task(coro, name=label)
        elif name == "ensure":
            task = ensured(coro, label)
        elif name == "eager":
            task = eager(env, how[0], coro, label)
            if isinstance(env.loop, RunnerLoop):
                env.loop.keep(task)
        else:
            task = made_by_factory(env, coro, label)
        env.tasks[label] = task
        log(f"{name} {label}")
    elif name == "taskgroup":
        # One that is cancelled through itself ends its body without a word.
        state, value = GOING, None
        task, tg = asyncio.current_task(), TaskGroup()
        before = task.cancelling()
        try:
            async with tg:
                state, value = await run(env, scope.inner(tg=tg), a[0])
        finally:
            if tg.quiet and (before or task.cancelling()):
                raise Undetermined("a group that is cancelled through itself and from outside: the ledger")
        log("taskgroup over")
        return state, value
    elif name == "tg_cancel":
        if scope.tg is not None:
            scope.tg.cancel()
            log("tg_cancel")
    elif name == "when":
        if scope.timeout is not None:
            when = scope.timeout.when()
            log("when", ["value", None if when is None else round(when * 1000), scope.timeout.expired()])
    elif name == "timeout_at":
        ms, body = a
        cm = asyncio.timeout_at(None if ms is None else env.loop.time() + ms / 1000)
        try:
            async with cm:
                state, value = await run(env, scope.inner(timeout=cm), body)
        finally:
            log("timeout_at over", ["value", cm.expired()])
        return state, value
    elif name == "sleep_value":
        log(f"sleep_value {a[0]}", ["value", await asyncio.sleep(a[0] / 1000, a[1])])
    elif name == "cond_wait_for":
        i, k = a
        try:
            out = ["value", await env.conds[i].wait_for(env.events[k].is_set)]
        except RuntimeError as exc:
            out = outcome(exc)
        log(f"cond_wait_for {i} {k}", out)
    elif name == "with_barrier":
        i, body = a
        try:
            async with env.barriers[i] as index:
                log(f"enter barrier {i}", ["value", index])
                state, value = await run(env, scope, body)
            log(f"exit barrier {i}")
            return state, value
        except asyncio.CancelledError:
            if env.barriers[i].n_waiting:
                raise Undetermined("CPython may hand out an index twice: gh-155233")
            raise
        except asyncio.BrokenBarrierError as exc:
            log(f"exit barrier {i}", outcome(exc))
    elif name == "hold":
        kind, i, body = a
        async with pick(env, kind)[i]:
            log(f"enter {kind} {i}")
            state, value = await run(env, scope, body)
        log(f"exit {kind} {i}")
        return state, value
    elif name == "fut_wait":
        futures = {i: env.futs[i] for i in a[0]}
        done, pending = await asyncio.wait(futures.values(), timeout=seconds(a[1]), return_when=a[2])
        log("fut_wait", ["value", [i for i in futures if futures[i] in done], [i for i in futures if futures[i] in pending]])
    elif name == "fut_gather":
        results = await asyncio.gather(*[env.futs[i] for i in a[0]], return_exceptions=a[1])
        log("fut_gather", ["value", [outcome(r) if isinstance(r, BaseException) else r for r in results]])
    elif name == "fut_shield":
        log(f"fut_shield {a[0]}", ["value", await asyncio.shield(env.futs[a[0]])])
    elif name == "shield_call":
        label, body = a
        log(f"shield_call {label}", ["value", await asyncio.shield(program(env, label, body))])
    elif name == "fut_wait_for":
        zero_limit(a[1])
        log(f"fut_wait_for {a[0]}", ["value", await asyncio.wait_for(env.futs[a[0]], seconds(a[1]))])
    elif name == "each_completed":
        labels, timeout, take = a
        # Of tasks that are done already asyncio makes a set: take the first at most.
        tasks = [task for k, task in enumerate(known(env, labels)) if k == 0 or not task.done()]
        seen = 0
        try:
            async for task in asyncio.as_completed(tasks, timeout=seconds(timeout)):
                log("each_completed", ["value", env.name(task), task.done()])
                seen += 1
                if seen == take:
                    break
        except asyncio.TimeoutError as exc:
            log("each_completed", outcome(exc))
    elif name == "agen":
        return await consume(env, scope, *a)
    elif name == "try_groups":
        body, handler = a
        try:
            return await run(env, scope, body)
        except ExceptionGroup as group:
            match, rest = group.split(UserError)
            log("caught", ["value", None if match is None else outcome(match), None if rest is None else outcome(rest)])
            if match is not None:
                state, value = await run(env, scope, handler)
                if state is DONE:
                    return DONE, value
            if rest is not None:
                raise rest
    else:
        return await narrow_step(env, scope, op)
    return GOING, None


oracle.Env, oracle.sync_op, oracle.step = Env, sync_op, step


# ---------------------------------------------------------------- programs of a Runner

class RunnerLoop(oracle.VirtualLoop):
    """Knows in which order its tasks were made: asyncio cancels what is left in that of a set."""

    def __init__(self):
        super().__init__()
        self.made = {}

    def create_task(self, coro, **options):
        return self.keep(super().create_task(coro, **options))

    async def shutdown_asyncgens(self):
        if self._asyncgens:
            raise Undetermined("an async generator that the end finds open: the ledger")
        await super().shutdown_asyncgens()

    def keep(self, task):
        self.made.setdefault(task, len(self.made))
        return task


all_tasks = asyncio.tasks.all_tasks


def tasks_in_order(loop=None):
    tasks = all_tasks(loop)
    made = getattr(loop, "made", None)
    return tasks if made is None else sorted(tasks, key=lambda task: made.get(task, -1))


asyncio.tasks.all_tasks = tasks_in_order


async def run_of(scenario, out, label, body):
    """One run: its main task is cancelled at the deadline, and what it leaves behind goes on in the next."""
    if "env" not in out:
        out["env"] = Env(scenario)
    env, me = out["env"], asyncio.current_task()
    me.set_name(label)
    env.tasks[label] = me
    deadline = env.loop.call_later(oracle.DEADLINE_MS / 1000, me.cancel, "deadline")
    try:
        return await program(env, label, body)
    finally:
        deadline.cancel()


def ending(task):
    if not task.done():
        return ["pending"]
    if task.cancelled():
        return ["cancelled"]
    return ["value", task.result()] if task.exception() is None else outcome(task.exception())


def runner_trace(scenario):
    """As oracle.trace, of a scenario that a Runner runs in parts."""
    loop, out = RunnerLoop(), {}
    loop.set_exception_handler(lambda loop, context: None)
    Undetermined.raised = False
    try:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            for label, body in scenario["runs"]:
                try:
                    end = ["value", runner.run(run_of(scenario, out, label, body))]
                except Undetermined:
                    raise
                except (Exception, asyncio.CancelledError) as exc:
                    end = outcome(exc)
                out["env"].log("harness", f"run {label}", end)
        env = out["env"]
        env.log("harness", "closed", ["value", loop.is_closed()])
        for label, task in env.tasks.items():
            env.log("harness", label, ending(task))
        for future in env.futs:
            if future.done() and not future.cancelled():
                future.exception()
    except (Undetermined, RecursionError):
        return None
    finally:
        for task in all_tasks(loop):
            task._log_destroy_pending = False
        loop.close()
    return None if Undetermined.raised else list(out["env"].trace)


def trace(scenario):
    return runner_trace(scenario) if "runs" in scenario else oracle.trace(scenario)


# ---------------------------------------------------------------- maker

NARROW = ("log cancel cancelling done set clear release locked notify put_nowait get_nowait task_done qsize shutdown "
          "fut_result fut_error fut_cancel fut_callback done_callback call_soon call_later var_set var_get "
          "sleep return raise call spawn tg_spawn join shield uncancel try gather gather_tasks wait as_completed wait_for "
          "wait_for_task timeout reschedule taskgroup acquire with ev_wait cond_wait put get q_join b_wait b_reset b_abort "
          "fut_await").split()
IN_TASK = ("spawn_in loop_spawn ensure eager factory_spawn when timeout_at sleep_value cond_wait_for with_barrier hold "
           "fut_wait fut_gather fut_shield shield_call fut_wait_for each_completed agen try_groups").split()
# A group can be cancelled from 3.15 on.
ONLY_NEW = ["tg_cancel"] if HAS_GROUP_CANCEL else []
OPERATIONS = [*NARROW, *SYNC, *IN_TASK, *ONLY_NEW]
MAY_BLOCK = set("join shield wait wait_for_task gather gather_tasks as_completed acquire with ev_wait cond_wait put get q_join "
                "b_wait fut_await cond_wait_for with_barrier hold fut_wait fut_gather fut_shield fut_wait_for "
                "each_completed taskgroup call wait_for agen timeout timeout_at shield_call try try_groups".split())
IN_CALLBACK = [name for name in (*NARROW[:23], *SYNC) if name not in ("call_soon", "call_later", "ctx_run", "fut_then",
               "task_then", "call_at", "call_threadsafe", "call_soon_in", "call_later_in", "h_soon", "h_later", "h_at")]
WHENS = ["FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"]
CHAIN = 13
CHAINS = 2
# How many of the programs a Runner runs, in one part or several.
BY_RUNNER = 0.15


class Maker(oracle.Maker):
    PROFILES = {"wide": " ".join(OPERATIONS)}

    def __init__(self, rng):
        super().__init__(rng, "wide")
        # Of more lengths than the narrow ones: more timers run at once.
        self.delays = rng.sample(range(1, 6000), 400)
        self.budget = 60
        self.objects["barriers"] = [rng.randint(1, 3)]
        # A task awaits none that was named after it: tasks that await each other are in the ledger.
        self.horizon = float("inf")

    def task(self, body):
        """A label, and the body that `body` makes for the task of this label."""
        label, outer = self.label(), self.horizon
        self.horizon = self.named
        made, self.horizon = body(), outer
        return [label, made]

    def awaitable(self):
        """The label of a task that the one whose body is being made may await."""
        labels = [label for label in self.labels if int(label[1:]) < self.horizon]
        return self.rng.choice(labels) if labels else "t0"

    def awaitables(self, most):
        labels = [label for label in self.labels if int(label[1:]) < self.horizon]
        return self.rng.sample(labels, min(len(labels), self.rng.randint(1, most)))

    def wait_ms(self):
        """More than no time, for timers, of which two must not be due at one instant."""
        return self.delays.pop()

    def some(self, most=3):
        r = self.rng
        return r.sample(self.labels, min(len(self.labels), r.randint(1, most)))

    def small(self, depth):
        return self.body(depth + 1, self.rng.randint(1, 2))

    def callback(self):
        return self.named_op(self.rng.choice(IN_CALLBACK), 9)

    def op(self, depth):
        self.budget -= 1
        name = self.rng.choice(self.ops)
        if name in ("raise", "return", "release", "cancel") and self.rng.random() < 0.5:
            name = "sleep"
        return self.named_op(name, depth)

    def named_op(self, name, depth):
        """The operation of this name; `depth` says only how far its bodies go."""
        make = getattr(self, f"make_{name}", None)
        if make is not None:
            return [name, *make(depth)]
        if name in NARROW:
            return self.narrow(name, depth)
        return [name, *self.ARGUMENTS[name](self)]

    def narrow(self, name, depth):
        r = self.rng
        if name in ("call_soon", "call_later"):
            return [name, *([self.wait_ms()] if name == "call_later" else []), self.callback()]
        if name == "acquire":
            return [name, *r.choice([["lock", 0], ["lock", 1], ["sem", 0], ["sem", 1], ["bsem", 0], ["cond", 0]])]
        if name == "cancel":
            return [name, self.some_label(), r.choice([None, None, "why"])]
        if name == "with":
            return [name, *self.lockable(), self.small(depth)]
        if name in ("join", "shield"):
            return [name, self.awaitable()]
        if name == "gather_tasks":
            return [name, self.awaitables(3), r.random() < 0.5]
        if name in ("wait", "as_completed"):
            labels = self.some() if name == "wait" else self.awaitables(r.choice([1, 1, 2]))
            limit = [r.choice([None, self.wait_ms()])]
            return [name, labels, *limit, *([r.choice(WHENS)] if name == "wait" else [])]
        if name == "wait_for_task":
            return [name, self.awaitable(), self.wait_ms()]
        if name == "tg_spawn":
            return [name, *self.task(lambda: self.small(depth))]
        if name in ("b_reset", "b_abort"):
            return [name, 0]
        if name == "cond_wait":
            return [name, r.randrange(2)]
        # The narrow maker chooses by itself what to make: tell it that there is one thing only.
        ops, self.ops, budget = self.ops, [name], self.budget
        outside, self.budget = self.rng, 1
        try:
            while True:
                made = self.alone(name, depth)
                if made[0] == name:
                    return made
        finally:
            self.ops, self.rng, self.budget = ops, outside, budget - 1

    def alone(self, name, depth):
        nested = {"spawn", "call", "gather", "try", "timeout", "wait_for", "taskgroup"}
        if name in nested:
            return [name, *getattr(self, f"nest_{name}")(min(depth, 4))]
        return super().op(1)

    def bodied(self, depth):
        """A body of one or two operations; deep down of such as have none."""
        r, count = self.rng, self.rng.randint(1, 2)
        if depth >= 3:
            return [self.leaf() for _ in range(count)]
        return [self.op(depth + 1) for _ in range(count)] if self.budget > 0 else [self.leaf()]

    def body(self, depth, n=None):
        return self.bodied(depth)

    def leaf(self):
        r = self.rng
        if r.random() < 0.4:
            return ["sleep", self.delay()]
        return self.named_op(r.choice(LEAVES), 9)

    def lockable(self):
        return self.rng.choice([["lock", 0], ["lock", 1], ["sem", 0], ["sem", 1], ["bsem", 0], ["cond", 0], ["cond", 1]])

    def nest_spawn(self, depth): return self.task(lambda: self.bodied(depth))
    def nest_call(self, depth): return [f"c{self.rng.randint(1, 9)}", self.bodied(depth)]
    def nest_timeout(self, depth): return [self.rng.choice([None, self.wait_ms(), self.delay()]), self.bodied(depth)]
    def nest_wait_for(self, depth): return [f"w{self.rng.randint(1, 9)}", self.bodied(depth), self.rng.choice([None, self.wait_ms(), self.delay()])]

    def nest_try(self, depth):
        r, handlers = self.rng, {}
        if r.random() < 0.6:
            handlers["cancelled"] = self.bodied(depth)
        if r.random() < 0.6:
            handlers["error"] = self.bodied(depth)
        if r.random() < 0.4:
            handlers["finally"] = [o for o in self.bodied(depth) if o[0] != "return"] or [["log", "f"]]
        if r.random() < 0.5:
            handlers["reraise"] = True
        return [self.bodied(depth), handlers]

    def nest_gather(self, depth):
        parts = [[f"g{self.named}.{k}", self.bodied(depth)] for k in range(self.rng.randint(1, 2))]
        self.named += 1
        return [parts, self.rng.random() < 0.5]

    def nest_taskgroup(self, depth):
        body = self.bodied(depth)
        for _ in range(self.rng.randint(0, 2)):
            body.insert(self.rng.randint(0, len(body)), ["tg_spawn", *self.task(lambda: self.bodied(depth + 1))])
        return [body]

    def make_spawn_in(self, depth): return [*self.task(lambda: self.bodied(depth)), self.rng.randrange(2)]
    def make_loop_spawn(self, depth): return self.task(lambda: self.bodied(depth))
    def make_ensure(self, depth): return self.task(lambda: self.bodied(depth))
    def make_factory_spawn(self, depth): return self.task(lambda: self.bodied(depth))

    def make_eager(self, depth):
        """Up to a wait in earnest: where an eager task stops besides is in the ledger."""
        first = [self.callback() for _ in range(self.rng.randint(0, 2))]
        task = self.task(lambda: [*first, ["sleep", self.delay()], *self.bodied(depth)])
        return [*task, self.rng.choice(["factory", "task"])]

    def make_timeout_at(self, depth): return [self.rng.choice([None, self.wait_ms(), self.wait_ms()]), self.bodied(depth)]
    def make_with_barrier(self, depth): return [0, self.bodied(depth)]
    def make_hold(self, depth): return [*self.lockable(), self.bodied(depth)]
    def make_shield_call(self, depth): return [f"s{self.rng.randint(1, 9)}", self.bodied(depth)]
    def make_try_groups(self, depth): return [self.bodied(depth), self.bodied(depth)]

    def make_agen(self, depth):
        r = self.rng
        parts = [self.bodied(depth + 1) for _ in range(r.randint(1, 3))]
        last = [o for o in self.bodied(depth + 1) if o[0] not in ("return", "raise")] or [["log", "last"]]
        return [parts, r.randint(1, 4), self.bodied(depth + 1), last]

    def fut(self): return self.rng.randrange(3)
    def two(self): return self.rng.randrange(2)
    def three(self): return self.rng.randrange(3)
    def number(self): return self.rng.randint(1, 99)
    def numbers(self): return self.rng.sample(range(3), self.rng.randint(1, 3))

    ARGUMENTS = {
        "ev_is_set": lambda m: [m.two()], "notify_all": lambda m: [m.two()], "q_maxsize": lambda m: [m.two()],
        "b_state": lambda m: [0], "fut_state": lambda m: [m.fut()], "fut_get": lambda m: [m.fut()],
        "fut_exception": lambda m: [m.fut()], "fut_new": lambda m: [m.fut(), m.rng.random() < 0.5],
        "fut_listen": lambda m: [m.fut(), m.two()], "fut_listen_in": lambda m: [m.fut(), m.two(), m.two()],
        "fut_unlisten": lambda m: [m.fut(), m.two()], "fut_then": lambda m: [m.fut(), m.callback()],
        "fut_kinds": lambda m: [m.fut()], "task_then": lambda m: [m.some_label(), m.callback()],
        "task_listen": lambda m: [m.some_label(), m.two()], "task_unlisten": lambda m: [m.some_label(), m.two()],
        "task_get": lambda m: [m.some_label()], "task_exception": lambda m: [m.some_label()],
        "task_name": lambda m: [m.some_label()], "task_rename": lambda m: [m.some_label(), f"n{m.number()}"],
        "task_set": lambda m: [m.some_label(), m.number()], "task_fail": lambda m: [m.some_label(), m.number()],
        "task_var": lambda m: [m.some_label()], "task_kinds": lambda m: [m.some_label()],
        "current": lambda m: [], "everyone": lambda m: [], "factory": lambda m: [], "loop_state": lambda m: [],
        "loop_refuses": lambda m: [m.rng.choice(["close", "run"])], "set_debug": lambda m: [m.rng.random() < 0.2],
        "time": lambda m: [], "call_at": lambda m: [m.wait_ms(), m.callback()], "call_threadsafe": lambda m: [m.callback()],
        "call_soon_in": lambda m: [m.two(), m.callback()], "call_later_in": lambda m: [m.wait_ms(), m.two(), m.callback()],
        "call_fail": lambda m: [m.number()], "h_soon": lambda m: [m.three(), m.callback()],
        "h_later": lambda m: [m.three(), m.wait_ms(), m.callback()], "h_at": lambda m: [m.three(), m.wait_ms(), m.callback()],
        "h_cancel": lambda m: [m.three()], "h_state": lambda m: [m.three()], "h_var": lambda m: [m.three()],
        "exc_handler": lambda m: [m.two()], "exc_which": lambda m: [], "exc_call": lambda m: [f"tag{m.number()}"],
        "var_push": lambda m: [m.two(), m.number()], "var_pop": lambda m: [m.two()], "ctx_copy": lambda m: [m.two()],
        "ctx_get": lambda m: [m.two()], "ctx_run": lambda m: [m.two(), m.callback()], "eg_split": lambda m: [m.number()],
        "when": lambda m: [], "tg_cancel": lambda m: [], "sleep_value": lambda m: [m.wait_ms(), m.number()],
        "cond_wait_for": lambda m: [m.two(), m.two()],
        "fut_wait": lambda m: [m.numbers(), m.rng.choice([None, m.wait_ms()]), m.rng.choice(WHENS)],
        "fut_gather": lambda m: [m.numbers(), m.rng.random() < 0.5], "fut_shield": lambda m: [m.fut()],
        "fut_wait_for": lambda m: [m.fut(), m.rng.choice([None, m.wait_ms(), 0])],
        "each_completed": lambda m: [m.awaitables(3), m.rng.choice([None, m.wait_ms()]), m.rng.randint(1, 3)],
    }

    def chain(self, names):
        ops = [self.named_op(name, 2) for name in names]
        limits = [self.wait_ms() if op[0] in MAY_BLOCK and self.rng.random() < 0.85 else None for op in ops]
        return ["steps", limits, ops]

    def planned(self, ident, plan):
        r, main = self.rng, []
        for _ in range(r.randint(1, 2)):
            main.append(["spawn", *self.task(lambda: self.bodied(1))])
        labels = [self.label() for _ in plan]
        for label, names in zip(labels, plan):
            self.horizon = int(label[1:])
            inside = self.chain(names)
            if r.random() < 0.8 or any(name in ("reschedule", "when") for name in names):
                inside = ["timeout", r.choice([None, 50_000 - self.wait_ms()]), [inside]]
            if r.random() < 0.5 or any(name in ("tg_spawn", "tg_cancel") for name in names):
                inside = ["taskgroup", [inside]]
            main.append(["spawn", label, [inside]])
        r.shuffle(main)
        self.horizon = float("inf")
        main += self.bodied(1)
        if r.random() < BY_RUNNER:
            runs = [["main", main], ["run2", [*self.bodied(1), *self.bodied(1)]], ["run3", [["var_get"], *self.bodied(1)]]]
            return {"id": ident, "profile": "wide", "objects": self.objects, "main": [], "runs": runs[:r.randint(1, 3)]}
        drain = [["wait", list(self.labels), None, "ALL_COMPLETED"]]
        main = [["try", main, {"error": drain, "cancelled": drain}], *drain]
        return {"id": ident, "profile": "wide", "objects": self.objects, "main": main}


LEAVES = [name for name in OPERATIONS if name in (set(SYNC) | set(NARROW[:23]) | set(
    "raise return join shield uncancel gather_tasks wait as_completed wait_for_task reschedule acquire ev_wait cond_wait put get "
    "q_join b_wait b_reset b_abort fut_await when sleep_value cond_wait_for fut_wait fut_gather fut_shield fut_wait_for "
    "each_completed".split()))]


def tour(count, rng):
    """A closed walk over `count` operations that takes each ordered pair once: Hierholzer's."""
    left = [rng.sample(range(count), count) for _ in range(count)]
    stack, walk = [0], []
    while stack:
        if left[stack[-1]]:
            stack.append(left[stack[-1]].pop())
        else:
            walk.append(stack.pop())
    return walk[:-1]


TOURS = {}


def plan(seed, n):
    """What the chains of attempt `n` do: the next stretches of a walk over all pairs, one walk after the other."""
    length = len(OPERATIONS) ** 2
    first = n * CHAINS * (CHAIN - 1)
    chains = []
    for k in range(CHAINS):
        names = []
        for at in range(first + k * (CHAIN - 1), first + (k + 1) * (CHAIN - 1) + 1):
            turn, place = divmod(at, length)
            key = f"{seed}/{turn}"
            if key not in TOURS:
                if len(TOURS) > 3:
                    TOURS.clear()
                TOURS[key] = tour(len(OPERATIONS), random.Random(key))
            names.append(OPERATIONS[TOURS[key][place]])
        chains.append(names)
    return chains


def scenario(seed, n):
    return Maker(random.Random(f"{seed}/{n}")).planned(f"{seed}-{n}", plan(seed, n))


BETWEEN_COLLECTIONS = 50
gc.disable()


def made(seed, first, count):
    """The scenarios that come of the attempts from number `first` on, with their traces, one JSON line each."""
    lines = []
    for n in range(first, first + count):
        if n % BETWEEN_COLLECTIONS == 0:
            gc.collect()
        one = scenario(seed, n)
        first = trace(one)
        if first is None or trace(one) != first:
            continue
        lines.append(json.dumps({**one, "trace": first}, separators=(",", ":")))
    return "\n".join(lines)
