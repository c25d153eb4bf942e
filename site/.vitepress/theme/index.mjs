// The theme of VitePress with the fonts of the reader's system, so that no page waits for one.
import { useRoute } from "vitepress"
import theme from "vitepress/theme-without-fonts"
import { defineComponent, h, nextTick, onMounted, watch } from "vue"
import "./style.css" // oxlint-disable-line import/no-unassigned-import -- the bundler takes it from there

const Layout = defineComponent(() => {
  const route = useRoute()
  onMounted(() => {
    markMain()
    drawKey()
  })
  watch(() => route.path, () => void nextTick(markMain))
  return () => h(theme.Layout)
})

/** The home page of the theme has no main landmark, which people with a screen reader jump to. */
function markMain() {
  document.querySelector(".VPContent.is-home")?.setAttribute("role", "main")
}

/** The search's button is called "Search"; the key on it is drawn, so that it is not a part of what can be read but not said. */
function drawKey() {
  for (const key of document.querySelectorAll(".DocSearch-Button-Key")) {
    key.setAttribute("data-key", key.textContent ?? "")
    key.textContent = ""
  }
}

export default { ...theme, Layout } // oxlint-disable-line import/no-default-export -- VitePress takes it from there
