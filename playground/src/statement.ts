/** The task of an exercise, from the Markdown that its README is written in: paragraphs, lists, code. */

const FENCE = /^```\w*$/
const NUMBERED = /^\d+\. /

export function statementOf(text: string): DocumentFragment {
  const whole = document.createDocumentFragment()
  const lines = text.split("\n")
  let paragraph: string[] = []
  const endParagraph = (): void => {
    if (paragraph.length > 0) whole.append(withCode("p", paragraph.join(" ")))
    paragraph = []
  }
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ""
    if (FENCE.test(line)) {
      endParagraph()
      const end = lines.findIndex((other, index) => index > at && other === "```")
      const code = document.createElement("pre")
      code.tabIndex = 0
      code.textContent = lines.slice(at + 1, end === -1 ? undefined : end).join("\n")
      whole.append(code)
      at = end === -1 ? lines.length : end
    } else if (NUMBERED.test(line)) {
      endParagraph()
      const last = whole.lastElementChild
      const list = last instanceof HTMLOListElement ? last : document.createElement("ol")
      list.append(withCode("li", line.replace(NUMBERED, "")))
      whole.append(list)
    } else if (line === "") endParagraph()
    else paragraph.push(line)
  }
  endParagraph()
  return whole
}

/** A text in which what stands between backticks is code. */
export function withCode(tag: "p" | "li", text: string): HTMLElement {
  const element = document.createElement(tag)
  element.append(
    ...text.split("`").map((part, at) => {
      if (at % 2 === 0) return part
      const code = document.createElement("code")
      code.textContent = part
      return code
    }),
  )
  return element
}
