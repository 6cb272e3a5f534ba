import type { Settings } from '../../config/settings/settings.ts'

/** One media worker on loopback with every codec, on whatever ports are free, for tests that are about something else. */
export const plainMedia: Settings['media'] = {
  hosts: ['127.0.0.1', '::1'], ports: { first: 0, last: 0 }, workers: 1, codecs: ['opus', 'G722', 'PCMU', 'PCMA'], tones: 'us', encryption: 'offer', sdesInClear: false, freeswitch: undefined,
}

/** Calls that nothing ends by itself. */
export const plainCalls: Settings['calls'] = {
  blockedHoldSeconds: 600, ringSeconds: 30, hoursMax: 1, mediaTimeoutSeconds: 0, sessionRefreshSeconds: 0, ringback: 'phone', reliable: 'media', pickup: 'group', music: 'default', directNetworks: [],
}
