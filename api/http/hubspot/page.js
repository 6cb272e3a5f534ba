/**
 * Calls from HubSpot: the page that HubSpot shows in its calling window, speaking its Calling Extensions SDK. The own phone rings first,
 * and the call goes on there whatever becomes of this page. The person's token for calling is kept by this browser for this page of this tenant alone: pages of
 * another are framed by whom that one names.
 */
import CallingExtensions from '@hubspot/calling-extensions-sdk'

const origins = JSON.parse(document.body.dataset.origins)
const api = '/api/v1/own/'
const { tenant } = document.body.dataset
const TOKEN = `dialplane.token.${tenant}`
const CALL = `dialplane.call.${tenant}`
const TOLD = `dialplane.told.${tenant}`
const ASK_MS = 1000
const ASK_INCOMING_MS = 2000
// A Dialplane that is away for longer is given up on.
const MOST_FAILURES = 30
const KEEP_TOLD_MS = 3_600_000

/**
 * Only who frames this page is listened to, and only from where the organisation says: the SDK takes the address that a SYNC names for
 * HubSpot's, whoever sends it, and would then dial what that one says. Added before the SDK listens.
 */
window.addEventListener('message', (event) => {
  const trusted = event.source === window.parent && window.parent !== window && origins.includes(event.origin)
  const { type, hostUrl } = typeof event.data === 'object' && event.data !== null ? event.data : {}
  if (trusted && typeof type === 'string' && (type !== 'SYNC' || hostUrl === undefined || hostUrl === event.origin)) return
  event.stopImmediatePropagation()
  if (type === 'SYNC' && !trusted && event.source === window.parent) say('bad', `Pages of ${event.origin} may not call. An administrator names them in Dialplane, under API tokens.`)
})

const byId = (id) => document.getElementById(id)
const element = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text, ...more })
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Browsers may keep nothing for a page within another: then it is kept until the page is left. */
let keepsNothing = false
function store(kind) {
  const kept = new Map()
  return {
    get(key) {
      try {
        return JSON.parse(window[kind].getItem(key) ?? 'null')
      } catch {
        return kept.get(key) ?? null
      }
    },
    set(key, value) {
      kept.set(key, value)
      try {
        keepsNothing = false
        if (value === null) window[kind].removeItem(key)
        else window[kind].setItem(key, JSON.stringify(value))
      } catch {
        keepsNothing = true
      }
    },
  }
}
const here = store('sessionStorage')
const browser = store('localStorage')

class Failed extends Error {
  constructor(message, status) {
    super(message)
    this.status = status
  }

  /** It may be otherwise in a moment. */
  get passing() {
    return this.status === 0 || this.status >= 500 || this.status === 429
  }
}

async function ask(path, body, token = browser.get(TOKEN)) {
  let answer
  try {
    answer = await fetch(api + path, {
      method: body === undefined ? 'GET' : 'POST', credentials: 'omit', cache: 'no-store',
      headers: { Authorization: `Bearer ${token}`, 'X-Dialplane-Tenant': tenant, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  } catch {
    throw new Failed('Dialplane cannot be reached.', 0)
  }
  const said = await answer.json().catch(() => ({}))
  if (answer.ok) return said.data
  if (answer.status === 401) throw new Failed('The token is not valid, or not any more. Make a new one in Dialplane, under My account.', 401)
  if (answer.status === 403 && said.error?.code !== 'token-of-another') throw new Failed('This token may not call with your phone. Make a token for calling in Dialplane, under My account.', 403)
  throw new Failed(said.error?.message ?? `Dialplane answered ${answer.status}.`, answer.status)
}

/** @param actions pairs of words and what happens */
function say(tone, title, lines = [], actions = []) {
  const card = byId('card')
  const said = JSON.stringify([tone, title, lines, actions.map(([words]) => words)])
  if (card.dataset.said === said) return
  card.dataset.said = said
  card.dataset.tone = tone
  const row = element('div', '')
  row.append(...actions.map(([words, does]) => element('button', words, { type: 'button', onclick: does })))
  card.replaceChildren(element('strong', title), ...lines.map((line) => element('p', line)), ...(actions.length > 0 ? [row] : []))
}

let signedIn = false
/** HubSpot knows of this page; before, it hears nothing. */
let ready = false
const known = Promise.withResolvers()
/** Whether the kept token is still good has been found out. */
const looked = Promise.withResolvers()
/** The call of this page: kept for when HubSpot loads it anew. */
let current = null
const keep = (change) => here.set(CALL, (current = change === null ? null : { ...current, ...change }))

const hubspot = new CallingExtensions({
  debugMode: false,
  eventHandlers: {
    async onReady({ engagementId } = {}) {
      await looked.promise
      ready = true
      hubspot.initialized({ isLoggedIn: signedIn, ...(engagementId && { engagementId }) })
      if (signedIn) hubspot.userLoggedIn()
      known.resolve()
    },
    onDialNumber: ({ phoneNumber }) => void dial(phoneNumber),
    onEngagementCreated: ({ engagementId, externalCallId } = {}) => made(engagementId, externalCallId),
    onCreateEngagementSucceeded: ({ engagementId, externalCallId } = {}) => made(engagementId, externalCallId),
    onCreateEngagementFailed: () => say('bad', 'HubSpot has not written the call down', ['It goes on all the same.']),
    onEndCall: () => void hangUp(),
    onCallerIdMatchSucceeded: ({ callerIdMatches = [], externalCallId } = {}) => matched(callerIdMatches, externalCallId),
    onCallerIdMatchFailed() {},
    onNavigateToRecordFailed: () => say('bad', 'HubSpot cannot open this record.'),
    onVisibilityChanged() {},
    defaultEventHandler() {},
  },
})

/** HubSpot has made a record of the call; what Dialplane logs is written into it and not beside it. */
function made(engagementId, externalCallId) {
  if (current === null || engagementId === undefined || (externalCallId !== undefined && externalCallId !== current.id)) return
  if (current.engagementId === engagementId) return
  keep({ engagementId })
  void ask(`calls/${current.id}/crm-record`, { recordId: String(engagementId) }).catch(() => undefined)
}

const nameOf = (match) => match.name ?? [match.firstName, match.lastName].filter(Boolean).join(' ') ?? ''

function matched(matches, externalCallId) {
  if (current === null || (externalCallId !== undefined && externalCallId !== current.id)) return
  keep({ matches: matches.slice(0, 5) })
}

async function dial(number) {
  if (!ready) return say('bad', 'HubSpot has not answered yet', ['This page calls from within HubSpot.'])
  if (!signedIn) return say('bad', 'Sign in first', ['Your token for calling is entered below.'])
  if (current !== null) return say('bad', 'One call at a time', [`You are in a call with ${current.number}.`], [['Hang up', () => void hangUp()]])
  keep({ number, direction: 'outbound', startedAt: Date.now() })
  say('busy', number, ['Calling your phone.'])
  try {
    const call = await ask('calls', { to: number })
    keep({ id: call.id, number })
    hubspot.outgoingCall({ externalCallId: call.id, toNumber: number, callStartTime: current.startedAt, createEngagement: true })
    void follow(call)
  } catch (error) {
    keep(null)
    say('bad', number, [error.message], [['Try again', () => void dial(number)]])
    hubspot.sendError({ message: error.message })
  }
}

async function hangUp() {
  if (current?.id === undefined) return
  await ask(`calls/${current.id}/hang-up`, {}).catch((error) => say('bad', current?.number ?? '', [error.message]))
}

/** Tells HubSpot and the person what becomes of the call until it is over. */
async function follow(call) {
  const { id } = current
  for (let failures = 0; current?.id === id; ) {
    if (call) {
      tell(call)
      if (call.state === 'ended') return end(call)
    }
    await wait(ASK_MS)
    try {
      call = await ask(`calls/${id}`)
      failures = 0
    } catch (error) {
      if (error.status === 404) return end({ answeredAt: current?.answered ? 'then' : null, result: 'answered', explanation: null })
      if (!error.passing || ++failures === MOST_FAILURES) {
        keep(null)
        return say('bad', 'The call is not followed any more', [error.message])
      }
    }
  }
}

function tell(call) {
  if (current.direction === 'outbound' && call.answeredAt !== null && !current.answered) {
    keep({ answered: true, answeredAt: Date.parse(call.answeredAt) })
    hubspot.callAnswered({ externalCallId: current.id })
  }
  const who = call.name || current.number
  const open = current.matches?.length > 0 ? current.matches.map((match) => [`Open ${nameOf(match) || 'record'}`, () => hubspot.navigateToRecord({ objectCoordinates: match.objectCoordinates, ...(current?.engagementId && { engagementId: current.engagementId }) })]) : []
  const actions = [['Hang up', () => void hangUp()], ...open]
  if (current.direction === 'inbound') return say(current.answered ? 'good' : 'busy', who, [current.answered ? 'You are talking.' : 'Calls you: answer your phone.'], current.answered ? actions : open)
  if (call.ownPhone === 'rings') return say('busy', who, ['Your phone rings: answer it.'], actions)
  say(current.answered ? 'good' : 'busy', who, [current.answered ? `Talking to ${who}.` : `Calling ${who}.`], actions)
}

const STATUS = { answered: 'COMPLETED', missed: 'NO_ANSWER', busy: 'BUSY', refused: 'REJECTED', cancelled: 'CANCELED', failed: 'FAILED' }

function end(call) {
  const { id, engagementId, number, answered, answeredAt, startedAt, direction } = current
  const endedAt = call.endedAt ? Date.parse(call.endedAt) : Date.now()
  const status = answered ? 'COMPLETED' : direction === 'inbound' ? 'MISSED' : (STATUS[call.result] ?? 'FAILED') === 'COMPLETED' ? 'NO_ANSWER' : (STATUS[call.result] ?? 'FAILED')
  keep(null)
  hubspot.callEnded({ externalCallId: id, engagementId, callEndStatus: status })
  const properties = { hs_timestamp: startedAt, hs_call_duration: String(answered ? Math.max(0, endedAt - answeredAt) : 0), hs_call_direction: direction === 'inbound' ? 'INBOUND' : 'OUTBOUND' }
  hubspot.callCompleted({ externalCallId: id, ...(engagementId !== undefined && { engagementId }), hideWidget: false, engagementProperties: properties })
  say('', number, ['The call is over.', ...(!answered && call.explanation ? [call.explanation] : [])], answered || direction === 'inbound' ? [] : [['Call again', () => void dial(number)]])
}

/** Who calls the own phone. In one page of this browser: HubSpot would write a call down for each that tells of it. */
async function watchIncoming() {
  for (let failures = 0; signedIn; ) {
    await wait(ASK_INCOMING_MS * Math.min(failures + 1, 10))
    if (current !== null || !ready) continue
    try {
      const calls = await ask('incoming')
      failures = 0
      const told = Object.fromEntries(Object.entries(browser.get(TOLD) ?? {}).filter(([, at]) => Date.now() - at < KEEP_TOLD_MS))
      const call = calls.find(({ id, number, inside }) => !inside && number !== '' && told[id] === undefined)
      if (call) {
        browser.set(TOLD, { ...told, [call.id]: Date.now() })
        keep({ id: call.id, number: call.number, direction: 'inbound', startedAt: Date.parse(call.startedAt) })
        hubspot.incomingCall({ externalCallId: call.id, fromNumber: call.number, toNumber: call.dialled, callStartTime: current.startedAt, createEngagement: true })
        await followIncoming(call)
      }
    } catch (error) {
      failures += 1
      if (error.status === 401 || error.status === 403) return signOut(error.message)
    }
  }
}

/** As long as it rings at the own phone or is talked in there: what another phone took is over for this one. */
async function followIncoming(call) {
  const { id } = current
  for (let failures = 0; current?.id === id; ) {
    if (call.state === 'answered' && !current.answered) {
      keep({ answered: true, answeredAt: Date.parse(call.answeredAt) })
      hubspot.callAnswered({ externalCallId: id })
    }
    tell({ name: call.name, answeredAt: null })
    await wait(ASK_MS)
    try {
      const now = (await ask('incoming')).find((one) => one.id === id)
      failures = 0
      if (!now) return end({ result: 'missed', explanation: null })
      call = now
    } catch (error) {
      if (!error.passing || ++failures === MOST_FAILURES) throw error
    }
  }
}

async function signIn(token) {
  await ask('calls', undefined, token)
  browser.set(TOKEN, token)
  signedIn = true
  show()
  if (ready) hubspot.userLoggedIn()
  const kept = here.get(CALL)
  if (kept?.id) {
    current = kept
    if (kept.direction === 'outbound') void known.promise.then(() => follow(undefined))
  } else here.set(CALL, null)
  if (current === null) say('good', 'Ready', ['Click a number in HubSpot: your phone rings first.', ...(keepsNothing ? ['This browser keeps nothing for a page within another, so you sign in again when HubSpot is loaded anew. Allow this address third-party cookies to stay signed in.'] : [])])
  const watch = async () => {
    await known.promise
    if (current?.direction === 'inbound') await followIncoming({ id: current.id, state: 'rings', name: null })
    await watchIncoming()
  }
  // Where nothing is kept for this page, other pages are not known of either.
  let begun = false
  const once = () => {
    if (begun) return undefined
    begun = true
    return watch()
  }
  if (navigator.locks) navigator.locks.request(`dialplane-incoming.${tenant}`, once).catch(once)
  else void once()
}

function signOut(why) {
  browser.set(TOKEN, null)
  signedIn = false
  keep(null)
  show()
  if (ready) hubspot.userLoggedOut()
  say(why === undefined ? '' : 'bad', why === undefined ? 'Signed out' : 'Sign in again', why === undefined ? [] : [why])
}

function show() {
  byId('sign-in').hidden = signedIn
  byId('calling').hidden = !signedIn
}

byId('sign-in').addEventListener('submit', (event) => {
  event.preventDefault()
  const field = byId('token')
  signIn(field.value.trim()).then(() => void (field.value = ''), (error) => say('bad', 'Not signed in', [error.message]))
})
byId('calling').addEventListener('submit', (event) => {
  event.preventDefault()
  const number = byId('number').value.trim()
  if (number !== '') void dial(number)
})
byId('sign-out').addEventListener('click', () => signOut())

show()
const token = browser.get(TOKEN)
if (token) await signIn(token).catch((error) => (error.passing ? say('bad', 'Not signed in yet', [error.message]) : signOut(error.message)))
else say('', 'Sign in', ['Make a token for calling in Dialplane, under My account, and enter it here once.'])
looked.resolve()
