"""CPython's asyncio: the work of each bench, and the same protocol as run.ts.

Called as `cpython.py BENCH SIZE WARM_UP_SIZE`, the last 0 for none; `--uvloop` before them
runs it on uvloop's loop, and `--pool` has a ProcessPoolExecutor compute.
"""

import asyncio
import concurrent.futures
import json
import sys
import time

CONTENDERS = 1_000
DEPTH = 50


def sleeper_delay(index, count):
    return ((index * 7919) % count) / count


async def yield_often(times):
    done = 0
    for _ in range(times):
        await asyncio.sleep(0)
        done += 1
    return done


async def yield_once(index):
    await asyncio.sleep(0)
    return index


async def return_at_once():
    return 1


async def descend(further):
    if further > 0:
        return await descend(further - 1)
    await asyncio.sleep(0)
    return 1


async def sleep_for(seconds):
    await asyncio.sleep(seconds)


async def switch(size):
    first = asyncio.create_task(yield_often(size))
    second = asyncio.create_task(yield_often(size))
    return await first + await second


async def spawn_gather(size):
    return len(await asyncio.gather(*[yield_once(index) for index in range(size)]))


async def taskgroup(size):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(return_at_once()) for _ in range(size)]
    return sum(task.result() for task in tasks)


async def queue(size):
    pings = asyncio.Queue(1)
    pongs = asyncio.Queue(1)

    async def serve():
        done = 0
        for i in range(size):
            await pings.put(i)
            if await pongs.get() == i:
                done += 1
        return done

    async def answer():
        for _ in range(size):
            await pongs.put(await pings.get())

    done, _ = await asyncio.gather(serve(), answer())
    return done


async def semaphore(size):
    places = asyncio.Semaphore(10)

    async def enter_often():
        done = 0
        for _ in range(size):
            async with places:
                await asyncio.sleep(0)
            done += 1
        return done

    return sum(await asyncio.gather(*[enter_often() for _ in range(CONTENDERS)]))


async def timeout(size):
    done = 0
    for _ in range(size):
        async with asyncio.timeout(10):
            await asyncio.sleep(0)
        done += 1
    return done


async def cancel(size):
    tasks = [asyncio.create_task(asyncio.sleep(3600)) for _ in range(size)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    return sum(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)


async def nested(size):
    done = 0
    for _ in range(size):
        done += await descend(DEPTH - 1)
    return done


async def coroutine(size):
    done = 0
    for _ in range(size):
        done += await return_at_once()
    return done


async def sleepers(size):
    return len(await asyncio.gather(*[sleep_for(sleeper_delay(i, size)) for i in range(size)]))


LINE = b"a" * 1023 + b"\n"
CONNECTIONS = 50


async def answer(reader, writer):
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()
    writer.close()


async def echo(port, times):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while done < times:
        writer.write(LINE)
        await writer.drain()
        if await reader.readline() == LINE:
            done += 1
    writer.close()
    await writer.wait_closed()
    return done


async def tcp_echo(size):
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    counts = await asyncio.gather(*[echo(port, size) for _ in range(CONNECTIONS)])
    server.close()
    await server.wait_closed()
    return sum(counts)


ANALYSES = 4


def sum_of_squares(count):
    total = 0
    for number in range(count):
        total += number * number
    return total


def exact(sums, size):
    wanted = (size - 1) * size * (2 * size - 1) // 6
    return sum(total == wanted for total in sums) * size


async def analyse_in_turn(size):
    return exact([sum_of_squares(size) for _ in range(ANALYSES)], size)


# The workers stay from the warm-up to the run that is timed.
pool = None


async def analyse_in_pool(size):
    global pool
    pool = pool or concurrent.futures.ProcessPoolExecutor(max_workers=2)
    loop = asyncio.get_running_loop()
    return exact(await asyncio.gather(*[loop.run_in_executor(pool, sum_of_squares, size) for _ in range(ANALYSES)]), size)


PROGRAMS = {
    "switch": switch,
    "spawn-gather": spawn_gather,
    "taskgroup": taskgroup,
    "queue": queue,
    "semaphore": semaphore,
    "timeout": timeout,
    "cancel": cancel,
    "nested": nested,
    "coroutine": coroutine,
    "sleepers": sleepers,
    "tcp-echo": tcp_echo,
    "executor-speedup": analyse_in_turn,
}


def peak_rss_mb():
    # Linux lets a process inherit the peak of the one that started it, in getrusage
    # but not in /proc.
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 / (1024 if sys.platform == "darwin" else 1)


def main():
    arguments = sys.argv[1:]
    if arguments[0] == "--uvloop":
        import uvloop

        uvloop.install()
        del arguments[0]
    if arguments[0] == "--pool":
        PROGRAMS["executor-speedup"] = analyse_in_pool
        del arguments[0]
    name, size, warm_up_size = arguments[0], int(arguments[1]), int(arguments[2])
    program = PROGRAMS[name]
    if warm_up_size > 0:
        asyncio.run(program(warm_up_size))
    begun = time.perf_counter()
    done = asyncio.run(program(size))
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "done": done, "peakRssMb": peak_rss_mb()}))


if __name__ == "__main__":
    main()
