import type { PhoneKey, ProvisionedPhone } from '../app/types.ts'
import { t } from './translate.ts'

export const keyWords: Record<PhoneKey['type'], string> = { line: t('Line'), lamp: t('Lamp and number'), 'speed-dial': t('Number'), park: t('Parked calls'), empty: t('Nothing') }

/** What a key does, for those who cannot see it. */
export function keySentence({ type, value, label }: PhoneKey): string {
  if (type === 'empty') return 'nothing'
  return `${keyWords[type].toLowerCase()} ${value}${label === '' || label === value ? '' : `, ${label}`}`
}

export const phoneStates: Record<ProvisionedPhone['state'], { label: string; tone: 'good' | 'warning' | 'quiet' }> = {
  never: { label: t('Not set up yet'), tone: 'quiet' }, current: { label: t('Up to date'), tone: 'good' }, behind: { label: t('Has older settings'), tone: 'warning' },
}

export const languages = [
  { value: 'en', label: t('English') }, { value: 'de', label: t('German') }, { value: 'fr', label: t('French') }, { value: 'es', label: t('Spanish') }, { value: 'it', label: t('Italian') }, { value: 'nl', label: t('Dutch') }, { value: 'pl', label: t('Polish') }, { value: 'pt', label: t('Portuguese') },
]

/** `80:5e:c0:12:34:56` */
export const macWords = (mac: string): string => mac.match(/../g)?.join(':') ?? mac

/** What asking a phone came to, a sentence. */
export function askedWords(outcome: 'taken' | 'refused' | 'waiting' | 'not-registered', status: number | null): string {
  switch (outcome) {
    case 'taken': return t('The phone was told.')
    case 'waiting': return t('The phone is in a call. It is told when that is over.')
    case 'not-registered': return t('The phone is not registered now. It fetches its settings when it starts, and once a day.')
    case 'refused': return status === null ? t('The phone does not answer.') : t('The phone does not take it: it answers {{status}}.', { status })
  }
}
