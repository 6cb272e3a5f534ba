import type { PhoneKey, ProvisionedPhone } from '../app/types.ts'

export const keyWords: Record<PhoneKey['type'], string> = { line: 'Line', lamp: 'Lamp and number', 'speed-dial': 'Number', park: 'Parked calls', empty: 'Nothing' }

/** What a key does, for those who cannot see it. */
export function keySentence({ type, value, label }: PhoneKey): string {
  if (type === 'empty') return 'nothing'
  return `${keyWords[type].toLowerCase()} ${value}${label === '' || label === value ? '' : `, ${label}`}`
}

export const phoneStates: Record<ProvisionedPhone['state'], { label: string; tone: 'good' | 'warning' | 'quiet' }> = {
  never: { label: 'Not set up yet', tone: 'quiet' }, current: { label: 'Up to date', tone: 'good' }, behind: { label: 'Has older settings', tone: 'warning' },
}

export const languages = [
  { value: 'en', label: 'English' }, { value: 'de', label: 'German' }, { value: 'fr', label: 'French' }, { value: 'es', label: 'Spanish' }, { value: 'it', label: 'Italian' }, { value: 'nl', label: 'Dutch' }, { value: 'pl', label: 'Polish' }, { value: 'pt', label: 'Portuguese' },
]

/** `80:5e:c0:12:34:56` */
export const macWords = (mac: string): string => mac.match(/../g)?.join(':') ?? mac

/** What asking a phone came to, a sentence. */
export function askedWords(outcome: 'taken' | 'refused' | 'waiting' | 'not-registered', status: number | null): string {
  switch (outcome) {
    case 'taken': return 'The phone was told.'
    case 'waiting': return 'The phone is in a call. It is told when that is over.'
    case 'not-registered': return 'The phone is not registered now. It fetches its settings when it starts, and once a day.'
    case 'refused': return status === null ? 'The phone does not answer.' : `The phone does not take it: it answers ${status}.`
  }
}
