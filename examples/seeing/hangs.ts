/**
 * A shop that stops serving, and does not end: why, tells `npx asyncio-ts ps PID`.
 *
 * Orders are paid and packed by several tasks. Each takes two locks, and not in the same order.
 */
import * as asyncio from "asyncio-ts"

const till = new asyncio.Lock({ name: "till" })
const shelf = new asyncio.Lock({ name: "shelf" })
const orders = new asyncio.Queue<string>(0, { name: "orders" })

async function pay(): Promise<void> {
  for await (const order of orders) {
    await till.run(async () => {
      await asyncio.sleep(0.01)
      await shelf.run(() => console.log(`${order} is paid`))
    })
  }
}

async function takeStock(): Promise<void> {
  for (;;) {
    await asyncio.sleep(0.025)
    await shelf.run(async () => {
      await asyncio.sleep(0.01)
      await till.run(() => console.log("the stock is right"))
    })
  }
}

async function takeOrders(): Promise<void> {
  for (const tea of ["masala", "oolong", "earl grey", "sencha"]) {
    await orders.put(tea)
    await asyncio.sleep(0.012)
  }
  orders.shutdown()
}

async function main(): Promise<void> {
  // A server keeps the process alive whatever becomes of the orders.
  const server = await asyncio.startServer((_reader, writer) => writer.close(), "127.0.0.1", 0)
  console.log(`process ${process.pid} serves`)
  const stock = asyncio.createTask(takeStock, { name: "stock" })
  const payer = asyncio.createTask(pay, { name: "payer" })
  await new asyncio.TaskGroup().run((group) => {
    group.createTask(takeOrders, { name: "orders" })
    group.createTask(async () => payer, { name: "end of the day" })
  })
  stock.cancel()
  server.close()
}

await asyncio.run(main)
