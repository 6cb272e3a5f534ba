/**
 * Makes the numbers of any web page callable: <script src="https://pbx.example/admin/dial.js" defer></script>
 * A click on a tel: link, or on a number that stands in the text, opens Dialplane in a small window, where it is called with
 * the phone of whoever is signed in there. The page itself gets no token and learns nothing.
 *
 * data-numbers="off" leaves numbers in the text alone.
 */
;(() => {
  const script = document.currentScript
  const panel = new URL('.', script.src)
  /** Seven digits or more, written as people do: +1 (202) 555-0123, 030/1234567. No date, no price, no part of a longer word. */
  const NUMBER = /(?<![\w.,:/-])(?:\+|\(?0|\(?[2-9])[\d()][\d\s()./-]{5,20}\d(?![\w:/-]|[.,]\d)/g
  const LEFT_ALONE = 'a, button, input, textarea, select, option, script, style, code, pre, svg, time, [contenteditable], [data-dialplane]'

  const open = (number) => window.open(new URL(`call?to=${encodeURIComponent(number)}`, panel), 'dialplane', 'width=480,height=720')

  const isNumber = (text) => {
    const digits = text.replace(/\D/g, '')
    // 2026-11-26 and 12.05.2026 are days.
    return digits.length >= 7 && digits.length <= 15 && !/^\d{4}-\d{2}-\d{2}$|^\d{1,2}[./]\d{1,2}[./]\d{2,4}$/.test(text.trim())
  }

  const link = (text) => {
    const parts = []
    let at = 0
    for (const match of text.data.matchAll(NUMBER)) {
      if (!isNumber(match[0])) continue
      const anchor = document.createElement('a')
      anchor.href = `tel:${match[0].replace(/[^\d+]/g, '')}`
      anchor.textContent = match[0]
      anchor.dataset.dialplane = ''
      parts.push(document.createTextNode(text.data.slice(at, match.index)), anchor)
      at = match.index + match[0].length
    }
    if (parts.length > 0) text.replaceWith(...parts, document.createTextNode(text.data.slice(at)))
  }

  const linkAll = (root) => {
    if (!(root instanceof Element) || root.closest(LEFT_ALONE)) return
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (text) => (text.parentElement?.closest(LEFT_ALONE) || text.data.length < 7 ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT))
    const texts = []
    while (walker.nextNode()) texts.push(walker.currentNode)
    texts.forEach(link)
  }

  document.addEventListener('click', (event) => {
    const anchor = event.target instanceof Element ? event.target.closest('a[href^="tel:"]') : null
    if (anchor === null || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey) return
    event.preventDefault()
    open(anchor.getAttribute('href').slice(4))
  })

  if (script.dataset.numbers !== 'off') {
    const begin = () => {
      linkAll(document.body)
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes) for (const node of addedNodes) linkAll(node)
      }).observe(document.body, { childList: true, subtree: true })
    }
    if (document.body === null) document.addEventListener('DOMContentLoaded', begin)
    else begin()
  }
})()
