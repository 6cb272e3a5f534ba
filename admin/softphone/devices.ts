/** Which microphone, loudspeaker and bell are used, kept in this browser, and what stands in the way of them in words. */
import { t } from '../words/translate.ts'


export interface Chosen {
  microphone: string
  speaker: string
  bell: string
}

const KEPT = 'dialplane.phone-devices'

export function chosen(): Chosen {
  const none = { microphone: '', speaker: '', bell: '' }
  try {
    return { ...none, ...(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Chosen>) }
  } catch {
    return none
  }
}

export function choose(change: Partial<Chosen>): void {
  localStorage.setItem(KEPT, JSON.stringify({ ...chosen(), ...change }))
}

/** The own voice; the usual microphone when the chosen one was unplugged. */
export async function openMicrophone(): Promise<MediaStream> {
  // Pages that came over plain HTTP from another machine have none of it.
  if (!('mediaDevices' in navigator)) throw new Error(t('The browser gives a microphone to secure pages only. Open the panel by https://.'))
  const { microphone } = chosen()
  const usual = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: microphone === '' ? usual : { ...usual, deviceId: { exact: microphone } } })
  } catch (error) {
    if (microphone !== '' && nameOf(error) === 'OverconstrainedError') return navigator.mediaDevices.getUserMedia({ audio: usual }).catch(inWords)
    return inWords(error)
  }
}

const nameOf = (error: unknown): string => (error instanceof DOMException || error instanceof Error ? error.name : '')

function inWords(error: unknown): never {
  const words: Record<string, string> = {
    NotAllowedError: t('The browser does not let this page use the microphone. Allow it by the sign beside the address, then call again.'),
    NotFoundError: t('No microphone was found. Plug one in, or choose another under Sound.'),
    NotReadableError: t('Another program holds the microphone. Close it, or choose another under Sound.'),
  }
  throw new Error(words[nameOf(error)] ?? t('The microphone cannot be used: {{error}}', { error: String(error) }), { cause: error })
}

type CanChoose = { setSinkId?: (id: string) => Promise<void> }

/** Has a sound come out of a device; the usual one when that is gone or the browser has no say in it. */
export async function playOn(sound: HTMLAudioElement | AudioContext, device: string): Promise<void> {
  await (sound as CanChoose).setSinkId?.(device).catch(() => undefined)
}
