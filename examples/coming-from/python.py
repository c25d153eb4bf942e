import asyncio


async def fetch_price(shop, delay):
    try:
        await asyncio.sleep(delay)
        return f"{shop}: 4"
    finally:
        print(f"{shop} is closed")


async def main():
    async with asyncio.TaskGroup() as group:
        east = group.create_task(fetch_price("east", 0.02), name="east")
        west = group.create_task(fetch_price("west", 0.01))
    print(east.get_name(), east.result(), west.result())

    try:
        async with asyncio.timeout(0.01):
            await fetch_price("south", 10)
    except TimeoutError:
        print("too late")

    queue = asyncio.Queue(2)
    lock = asyncio.Lock()
    async with lock:
        await queue.put(1)
    print(await queue.get(), str(lock.locked()).lower())


asyncio.run(main())
