/** What a program may answer, checked: a list of verbs, carried out one after the other. */

export type Verb =
  | { verb: 'say'; text: string }
  | { verb: 'play'; prompt: string }
  | { verb: 'pause'; seconds: number }
  | { verb: 'gather'; digits: number; seconds: number; finishOnKey: string; text: string }
  | { verb: 'dial'; to: string; prefix: string }
  | { verb: 'reject'; reason: 'busy' | 'declined' }
  | { verb: 'hangup' }

/** After these the list is over: what follows is decided by the program again, or by nobody. */
const LAST: ReadonlySet<string> = new Set(['gather', 'dial', 'reject', 'hangup'])
const MOST_VERBS = 50
const LONGEST_TEXT = 1000

type Read = { verbs: readonly Verb[] } | { problem: string }
type Fields = Readonly<Record<string, unknown>>

/** The verbs of an answer `{"verbs": [...]}`, or why it cannot be carried out. */
export function readVerbs(answer: string): Read {
  let parsed: unknown
  try {
    parsed = JSON.parse(answer)
  } catch {
    return { problem: answer.trim() === '' ? 'It answered nothing; {"verbs": […]} is expected.' : `What it answered is no JSON: ${answer.trim().slice(0, 60)}` }
  }
  const list = isFields(parsed) ? parsed['verbs'] : undefined
  if (!Array.isArray(list) || list.length === 0) return { problem: 'It answered no list of verbs; {"verbs": […]} with one at least is expected.' }
  if (list.length > MOST_VERBS) return { problem: `It answered ${list.length} verbs; ${MOST_VERBS} are taken at most.` }
  const verbs: Verb[] = []
  for (const [at, one] of list.entries()) {
    const read = isFields(one) ? readVerb(one) : 'it is no object'
    if (typeof read === 'string') return { problem: `Verb ${at + 1}: ${read}.` }
    if (LAST.has(read.verb) && at < list.length - 1) return { problem: `Verb ${at + 1}: nothing can follow ${read.verb}; it has to be the last.` }
    verbs.push(read)
  }
  return { verbs }
}

/** A verb, or what is wrong with it. */
function readVerb(fields: Fields): Verb | string {
  const { verb } = fields
  switch (verb) {
    case 'say': {
      const text = textOf(fields, 'text')
      return text === undefined ? `say needs a text of up to ${LONGEST_TEXT} characters` : { verb, text }
    }
    case 'play': {
      const prompt = textOf(fields, 'prompt')
      return prompt === undefined ? 'play needs the name of a prompt' : { verb, prompt }
    }
    case 'pause': {
      const seconds = numberOf(fields, 'seconds', undefined, 1, 60)
      return seconds === undefined ? 'pause needs seconds from 1 to 60' : { verb, seconds }
    }
    case 'gather': {
      const digits = numberOf(fields, 'digits', undefined, 1, 32)
      const seconds = numberOf(fields, 'seconds', 8, 1, 60)
      const finishOnKey = fields['finishOnKey'] ?? '#'
      const text = fields['text'] === undefined ? '' : textOf(fields, 'text')
      if (digits === undefined || !Number.isInteger(digits)) return 'gather needs digits, how many at most, from 1 to 32'
      if (seconds === undefined) return 'gather waits 1 to 60 seconds'
      if (typeof finishOnKey !== 'string' || !/^[0-9*#]?$/.test(finishOnKey)) return 'finishOnKey of gather is one key, or empty'
      return text === undefined ? `the text of gather has up to ${LONGEST_TEXT} characters` : { verb, digits, seconds, finishOnKey, text }
    }
    case 'dial': {
      const to = fields['to']
      const prefix = fields['prefix'] ?? ''
      if (typeof to !== 'string' || !/^[+*]?[0-9*#]{1,32}$/.test(to.replace(/[\s().-]/g, ''))) return 'dial needs a number in to, as one would dial it'
      return typeof prefix !== 'string' || prefix.length > 30 || /[\p{Cc}\p{Cs}]/u.test(prefix) ? 'the prefix of dial has up to 30 characters' : { verb, to, prefix }
    }
    case 'reject': {
      const reason = fields['reason'] ?? 'declined'
      return reason === 'busy' || reason === 'declined' ? { verb, reason } : 'the reason of reject is busy or declined'
    }
    case 'hangup':
      return { verb }
    default:
      return `${typeof verb === 'string' ? `"${verb.slice(0, 30)}"` : 'it'} is no verb; there are say, play, pause, gather, dial, reject and hangup`
  }
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  return typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_TEXT && !/[\p{Cs}\0]/u.test(value) ? value : undefined
}

function numberOf(fields: Fields, name: string, usual: number | undefined, least: number, most: number): number | undefined {
  const value = fields[name] ?? usual
  return typeof value === 'number' && value >= least && value <= most ? value : undefined
}

/** In one phrase, for the plan of a call and for trying out. */
export function describeVerb(verb: Verb): string {
  switch (verb.verb) {
    case 'say': return `Say “${verb.text.slice(0, 100)}”`
    case 'play': return `Play the prompt ${verb.prompt.slice(0, 60)}`
    case 'pause': return `Wait ${verb.seconds} seconds`
    case 'gather': return `${verb.text === '' ? 'Take' : `Say “${verb.text.slice(0, 100)}” and take`} up to ${verb.digits} keys`
    case 'dial': return `Go on to ${verb.to}`
    case 'reject': return verb.reason === 'busy' ? 'Refuse the call as busy' : 'Decline the call'
    case 'hangup': return 'Hang up'
  }
}
