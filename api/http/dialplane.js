/**
 * Makes the numbers of a web page callable with the phone of one person, whose token for calling stands at the script:
 *   <script src="https://pbx.example/dial/…/dialplane.js" integrity="sha384-…" crossorigin="anonymous" data-token="dp_…" defer></script>
 * A click on a tel: link or on a number in the text rings the own phone, then the number; a small card says how it goes.
 *
 * data-numbers="off"    leaves numbers in the text alone, tel: links are called
 * data-incoming="on"    shows who calls the own phone; the event dialplane:incoming on the document tells the page the same
 * data-dialplane="off"  at an element of the page leaves it and what is in it alone
 */
;(() => {
  // Our extension for browsers runs this script on every page and holds the token itself; pages cannot reach into its world.
  const extension = globalThis.dialplaneExtension
  const script = extension ? { dataset: {}, src: 'https://extension.invalid/', removeAttribute() {} } : document.currentScript
  const { token, numbers, incoming } = script.dataset
  // Not left lying in the page; it goes into the Authorization header alone, never into an address.
  script.removeAttribute('data-token')
  const api = new URL('/api/v1/own/', script.src).href
  const panel = new URL('/admin/', script.src).href

  /** Seven digits or more, written as people do: +1 (202) 555-0123, 030/1234567. No date, no price, no part of a longer word. */
  const NUMBER = /(?<![\w.,:/-])(?:\+|\(?0|\(?[2-9])[\d()][\d\s()./-]{5,20}\d(?![\w:/-]|[.,]\d)/g
  const LEFT_ALONE = 'a, button, input, textarea, select, option, script, style, code, pre, svg, time, iframe, [contenteditable]:not([contenteditable="false"]), [data-dialplane]'
  const DAY = /^\d{4}-\d{2}-\d{2}$|^\d{1,2}[./]\d{1,2}[./]\d{2,4}$/
  const ASK_MS = 1000
  const ASK_INCOMING_MS = 2000
  const MOST_WAIT_MS = 30_000
  // A Dialplane that is away for longer is given up on.
  const MOST_FAILURES = 10

  const element = (name, text = '', more = {}) => Object.assign(document.createElement(name), { textContent: text }, more)
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

  class Failed extends Error {
    constructor(message, passing) {
      super(message)
      this.passing = passing
    }
  }

  async function ask(path, body) {
    if (extension) {
      const { data, error, passing } = await extension.ask(path, body)
      if (error !== undefined) throw new Failed(error, passing)
      return data
    }
    let answer
    try {
      answer = await fetch(api + path, {
        method: body === undefined ? 'GET' : 'POST', credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer',
        headers: { Authorization: `Bearer ${token}`, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    } catch {
      throw new Failed(`Dialplane does not answer this page. Either it cannot be reached, or this page may not reach it (connect-src).`, true)
    }
    const said = await answer.json().catch(() => ({}))
    if (answer.ok) return said.data
    if (answer.status === 401) throw new Failed('The token for calling is not valid, or not any more. Make a new one in Dialplane, under My account.', false)
    if (answer.status === 403 && said.error?.code !== 'page-not-named') throw new Failed('This token may not call with your phone. Make a token for calling in Dialplane, under My account.', false)
    throw new Failed(said.error?.message ?? `Dialplane answered ${answer.status}.`, answer.status >= 500 || answer.status === 429)
  }

  // The cards: apart from the styles of the page, and by no style element, so that its content security policy need not allow any.
  const styles = `:host { position: fixed; right: 16px; bottom: 16px; z-index: 2147483000; display: grid; gap: 8px; width: min(320px, calc(100vw - 32px)) }
    section { font: 14px/1.45 system-ui, sans-serif; color: #1b1f24; background: #fff; border: 1px solid #c9ced6; border-left: 4px solid #7a8699; border-radius: 8px; padding: 10px 12px; box-shadow: 0 6px 24px #0003; overflow-wrap: anywhere }
    section[data-tone=busy] { border-left-color: #1c6fd1 } section[data-tone=good] { border-left-color: #1a7f4b } section[data-tone=bad] { border-left-color: #c2281d }
    p { margin: 0 } b { font-size: 15px } p + p, div { margin-top: 6px } div { display: flex; gap: 12px; flex-wrap: wrap }
    button, a { font: inherit; color: #0b57b0; background: none; border: 0; padding: 2px 0; cursor: pointer; text-decoration: underline }
    button:focus-visible, a:focus-visible { outline: 2px solid #0b57b0; outline-offset: 2px }
    @media (prefers-color-scheme: dark) { section { color: #e8eaed; background: #22262b; border-color: #4a515b } button, a { color: #8ab8ff } }`
  let shelf
  function shelve(section) {
    if (shelf === undefined) {
      const host = element('dialplane-calls')
      host.dataset.dialplane = 'off'
      shelf = host.attachShadow({ mode: extension ? 'closed' : 'open' })
      const sheet = new CSSStyleSheet()
      sheet.replaceSync(styles)
      shelf.adoptedStyleSheets = [sheet]
    }
    if (!shelf.host.isConnected) document.body.append(shelf.host)
    shelf.append(section)
  }

  function openCard(label) {
    const section = element('section')
    section.setAttribute('role', 'status')
    section.setAttribute('aria-label', label)
    shelve(section)
    let shown
    return {
      /** Draws anew only what says something new, so that it is read out once and keeps the focus. @param actions pairs of words and what happens, or an address */
      show(tone, title, lines, actions = []) {
        const said = [title, ...lines.map((line) => line.textContent ?? line), ...actions.map(([words]) => words)].join('\n')
        if (said === shown) return
        shown = said
        section.dataset.tone = tone
        const title_ = element('p')
        title_.append(element('b', title))
        const row = element('div')
        for (const [words, does] of actions) row.append(typeof does === 'string' ? element('a', words, { href: does, target: '_blank', rel: 'noopener noreferrer' }) : element('button', words, { type: 'button', onclick: does }))
        section.replaceChildren(title_, ...lines.map((line) => (line instanceof Node ? line : element('p', line))), row)
      },
      close: () => section.remove(),
    }
  }

  // One call at a time by this page; a second click on the way is the first again.
  let going
  let card

  async function dial(number) {
    if (going) return
    going = number
    card?.close()
    const mine = (card = openCard('Call'))
    const close = ['Close', () => mine.close()]
    mine.show('busy', number, ['Calling your phone.'])
    try {
      if (!token && !extension) throw new Failed('This page names no token for calling (data-token at the script). Make one in Dialplane, under My account.', false)
      const started = await ask('calls', { to: number })
      const hangUp = ['Hang up', () => void ask(`calls/${started.id}/hang-up`, {}).catch(() => undefined)]
      let failures = 0
      for (let call = started; ; ) {
        const who = call.name || number
        if (call.state === 'ended') return mine.show(call.answeredAt === null ? 'bad' : '', who, ['The call is over.', ...(call.explanation ? [call.explanation] : [])], [...(call.answeredAt === null ? [['Call again', () => void dial(number)]] : []), close])
        if (call.ownPhone === 'rings') mine.show('busy', who, ['Your phone rings: answer it.'], [hangUp])
        else if (call.answeredAt === null) mine.show('busy', who, [`Calling ${who}.`], [hangUp])
        else mine.show('good', who, [`Talking to ${who}.`], [hangUp])
        await wait(ASK_MS)
        try {
          call = await ask(`calls/${started.id}`)
          failures = 0
        } catch (error) {
          if (!error.passing || ++failures === MOST_FAILURES) throw error
        }
      }
    } catch (error) {
      mine.show('bad', number, [error.message], [['Try again', () => void dial(number)], close])
    } finally {
      going = undefined
    }
  }

  const isNumber = (text) => {
    const digits = text.replace(/\D/g, '')
    return digits.length >= 7 && digits.length <= 15 && !DAY.test(text.trim())
  }

  /** RFC 3966: what comes after ; are parameters, the rest is written with signs for the eye. */
  const numberOf = (uri) => {
    const [number] = uri.replace(/^tel:/i, '').split(';')
    try {
      return decodeURIComponent(number).replace(/[^\d+*]/g, '')
    } catch {
      return ''
    }
  }

  function link(text) {
    const parts = []
    let at = 0
    for (const match of text.data.matchAll(NUMBER)) {
      if (!isNumber(match[0])) continue
      const anchor = element('a', match[0], { href: `tel:${match[0].replace(/[^\d+]/g, '')}` })
      anchor.dataset.dialplane = ''
      parts.push(document.createTextNode(text.data.slice(at, match.index)), anchor)
      at = match.index + match[0].length
    }
    if (parts.length > 0) text.replaceWith(...parts, document.createTextNode(text.data.slice(at)))
  }

  function linkAll(node) {
    const root = node instanceof Text ? node.parentElement : node
    if (!(root instanceof Element) || root.closest(LEFT_ALONE)) return
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (text) => (text.data.length < 7 || text.parentElement?.closest(LEFT_ALONE) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT))
    const texts = []
    while (walker.nextNode()) texts.push(walker.currentNode)
    texts.forEach(link)
  }

  document.addEventListener('click', (event) => {
    const anchor = event.target instanceof Element ? event.target.closest('a[href^="tel:" i]') : null
    // Pages that nobody named must not call by themselves.
    if (anchor === null || (extension && !(wanted && event.isTrusted)) || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || anchor.closest('[data-dialplane="off"]')) return
    const number = numberOf(anchor.getAttribute('href'))
    if (number === '') return
    event.preventDefault()
    void dial(number)
  })

  /** Who calls the own phone, while the page is looked at. */
  async function watchIncoming() {
    const cards = new Map()
    const putAway = new Set()
    for (let failures = 0; ; ) {
      if (document.visibilityState === 'visible') {
        let calls
        try {
          calls = await ask('incoming')
          failures = 0
        } catch (error) {
          failures++
          if (!error.passing) return openCard('Incoming calls').show('bad', 'Callers are not shown', [error.message])
        }
        if (calls) showIncoming(calls, cards, putAway)
      }
      await wait(Math.min(ASK_INCOMING_MS * (failures + 1), MOST_WAIT_MS))
    }
  }

  function showIncoming(calls, cards, putAway) {
    for (const [id, shown] of cards) {
      if (calls.some((call) => call.id === id)) continue
      shown.card.close()
      cards.delete(id)
    }
    for (const call of calls) {
      const before = cards.get(call.id)
      if (putAway.has(call.id) || before?.state === call.state) continue
      const shown = before?.card ?? openCard('Incoming call')
      cards.set(call.id, { card: shown, state: call.state })
      document.dispatchEvent(new CustomEvent('dialplane:incoming', { detail: call }))
      const { contacts, number } = call
      const names = contacts.length === 1 ? contacts[0].contact.name : call.name || number || 'Hidden number'
      const lines = [call.state === 'rings' ? 'Calls you.' : 'You are talking.', ...(contacts.length > 1 ? ['One of these has this number:'] : [])]
      for (const { contact, sure } of contacts) {
        const line = element('p', `${contact.name}${contact.company ? `, ${contact.company}` : ''}${sure ? '' : ' (perhaps)'} `)
        const record = contact.recordUrl ?? ''
        // Whatever a record says it is, only pages are opened.
        if (/^https?:\/\//i.test(record)) line.append(element('a', 'Open record', { href: record, target: '_blank', rel: 'noopener noreferrer' }))
        lines.push(line)
      }
      if (contacts.length === 0 && number !== '') lines.push('Nobody in the contacts has this number.')
      const add = contacts.length === 0 && number !== '' ? [['Add to the contacts', `${panel}contacts?number=${encodeURIComponent(number)}`]] : []
      shown.show('good', names, [...(names === number || number === '' ? [] : [number]), ...lines], [...add, ['Put away', () => {
        putAway.add(call.id)
        shown.close()
      }]])
    }
  }

  function begin() {
    if (numbers !== 'off') {
      linkAll(document.body)
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes) for (const node of addedNodes) linkAll(node)
      }).observe(document.body, { childList: true, subtree: true })
    }
    if (incoming === 'on' && token) void watchIncoming()
  }
  let wanted = false
  if (extension) {
    void extension.wanted().then((is) => {
      wanted = is
      if (is) begin()
    })
  } else if (document.body === null || document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin)
  else begin()
})()
