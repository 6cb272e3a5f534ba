/** Holds the token and asks Dialplane; pages and the scripts in them never see it. */
const { host_permissions: [own] } = chrome.runtime.getManifest()
const api = own.replace(/\*$/, 'api/v1/own/')
/** All that a page needs: to call, to see how it goes, to hang up. */
const ALLOWED = /^calls(\/[0-9a-f-]{36}(\/hang-up)?)?$/

// Not for content scripts, which run in the process of the page.
void chrome.storage.local.setAccessLevel({ accessLevel: 'TRUSTED_CONTEXTS' })

const kept = async () => ({ token: '', leave: [], ...(await chrome.storage.local.get(['token', 'leave'])) })

async function ask(path, body, token) {
  if (!token) return { error: 'The extension has no token for calling yet. Click its button beside the address bar.', passing: false }
  let answer
  try {
    answer = await fetch(api + path, {
      method: body === undefined ? 'GET' : 'POST', credentials: 'omit', cache: 'no-store',
      headers: { Authorization: `Bearer ${token}`, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  } catch {
    return { error: 'Dialplane cannot be reached.', passing: true }
  }
  const said = await answer.json().catch(() => ({}))
  if (answer.ok) return { data: said.data }
  if (answer.status === 401) return { error: 'The token for calling is not valid, or not any more. Make a new one in Dialplane, under My account, and enter it in the extension.', passing: false }
  if (answer.status === 403) return { error: 'This token may not call with your phone. Make a token for calling in Dialplane, under My account.', passing: false }
  return { error: said.error?.message ?? `Dialplane answered ${answer.status}.`, passing: answer.status >= 500 || answer.status === 429 }
}

async function handle(message, sender) {
  const { token, leave } = await kept()
  if (typeof message.wanted === 'string') return { wanted: token !== '' && !leave.includes(message.wanted) }
  if (typeof message.ask === 'string' && ALLOWED.test(message.ask)) return ask(message.ask, message.body, token)
  // The page of the extension itself tries a token before it is kept.
  if (typeof message.check === 'string' && sender.url?.startsWith(chrome.runtime.getURL(''))) return ask('calls', undefined, message.check)
  return { error: 'This cannot be asked.', passing: false }
}

chrome.runtime.onMessage.addListener((message, sender, answer) => {
  if (sender.id !== chrome.runtime.id) return false
  handle(message, sender).then(answer, (error) => answer({ error: String(error), passing: true }))
  return true
})
