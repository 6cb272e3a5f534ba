/** Words that most guessing lists are built from; digits and signs around them do not help. */
const WORDS = new Set([
  'password', 'passwort', 'passw', 'motdepasse', 'contrasena', 'qwerty', 'qwertyuiop', 'qwertyuiopasdfghjkl', 'azerty', 'azertyuiop', 'qwertz',
  'asdfghjkl', 'zxcvbnm', 'admin', 'administrator', 'root', 'welcome', 'letmein', 'iloveyou', 'changeme', 'changemenow', 'default', 'secret',
  'temporary', 'superman', 'football', 'baseball', 'princess', 'sunshine', 'monkey', 'dragon', 'master', 'login', 'guest', 'test', 'testtest',
  'user', 'hello', 'whatever', 'trustno', 'starwars', 'abc', 'abcabc', 'abcdef', 'abcdefg', 'abcdefgh', 'abcdefghijkl', 'summer', 'winter',
  'spring', 'autumn', 'company', 'office', 'telephone', 'dialplane', 'asterisk', 'freeswitch', 'extension', 'voicemail', 'qwer', 'qweasd', 'qazwsx', 'qazwsxedc',
])

/** Digits and signs read as the letters they stand for in such passwords. */
const LETTERS: Record<string, string> = { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'i' }

const RUNS = ['01234567890123456789', '09876543210987654321', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiopasdfghjklzxcvbnm', '1qaz2wsx3edc4rfv5tgb']

const lettersOf = (text: string) => text.replace(/[^a-z]/g, '')

/** Whether all of `text` is `unit` over and over, e.g. `abcabcabcabc`; units up to half of it. */
function repeats(text: string): boolean {
  for (let size = 1; size <= text.length / 2; size += 1) {
    if (text.length % size === 0 && text === text.slice(0, size).repeat(text.length / size)) return true
  }
  return false
}

/** @param password in lower case */
export function isCommonPassword(password: string): boolean {
  if (repeats(password) || RUNS.some((run) => run.includes(password))) return true
  if (/^\d+$/.test(password) && new Set(password).size < 5) return true
  // A year and a sign around a word do not make a password of it.
  const core = password.replace(/^[^a-z]+|[^a-z]+$/g, '')
  const spelled = core.replace(/[013457@$!]/g, (sign) => LETTERS[sign] ?? sign)
  return [password, core, spelled].map(lettersOf).some((word) => WORDS.has(word) || (repeats(word) && WORDS.has(word.slice(0, word.length / 2))))
}
