/** The button of the extension: the token, and which pages are left alone. */
const byId = (id) => document.getElementById(id)
const say = (text, tone = '') => Object.assign(byId('state'), { textContent: text }).setAttribute('data-tone', tone)
const { token = '', leave = [] } = await chrome.storage.local.get(['token', 'leave'])
const [tab] = await chrome.tabs.query({ active: true, currentWindow: true })
const host = /^https?:/.test(tab?.url ?? '') ? new URL(tab.url).hostname : undefined

function show(signedIn) {
  byId('sign-in').hidden = signedIn
  byId('settings').hidden = !signedIn
  byId('site').hidden = host === undefined
  if (signedIn) say('Click a number on a web page: your phone rings first. Pages that are open already are loaded anew for that.')
  else say('Make a token for calling in Dialplane, under My account, and enter it here.')
}

byId('here-words').textContent = `Numbers of ${host} are callable`
byId('here').checked = !leave.includes(host)
byId('here').addEventListener('change', async ({ target }) => {
  const rest = leave.filter((one) => one !== host)
  await chrome.storage.local.set({ leave: target.checked ? rest : [...rest, host] })
  say('It counts when the page is loaded anew.')
})
byId('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault()
  const entered = byId('token').value.trim()
  const { error } = await chrome.runtime.sendMessage({ check: entered })
  if (error !== undefined) return say(error, 'bad')
  await chrome.storage.local.set({ token: entered })
  byId('token').value = ''
  show(true)
})
byId('sign-out').addEventListener('click', async () => {
  await chrome.storage.local.remove('token')
  show(false)
})
show(token !== '')
