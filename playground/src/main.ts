/** Opens the page. */
import { pageElements } from "./page-elements.ts"
import { Playground } from "./playground.ts"
import { siteData } from "./site-data.ts"

async function open(): Promise<void> {
  const [data, viewer] = await Promise.all([siteData(), fetch("viewer.html").then((answer) => answer.text())])
  const playground = new Playground(data, viewer, pageElements())
  await playground.openAddress()
  document.documentElement.dataset["opened"] = ""
}

open().catch((error: unknown) => {
  const said = document.getElementById("said")
  if (said !== null) said.textContent = `The playground could not be opened: ${error instanceof Error ? error.message : String(error)}`
  throw error
})
