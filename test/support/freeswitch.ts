import type { FreeswitchSettings } from '../../config/settings/settings.ts'

/** The FreeSWITCH that the tests may use, by FREESWITCH (host:port of its event socket), FREESWITCH_SECRET and FREESWITCH_PROFILE. */
export function freeswitchSettings(): FreeswitchSettings | undefined {
  const { FREESWITCH, FREESWITCH_SECRET, FREESWITCH_PROFILE = 'drachtio_mrf' } = process.env
  const [, host, port] = /^(.+):(\d+)$/.exec(FREESWITCH ?? '') ?? []
  if (host === undefined || !FREESWITCH_SECRET) return undefined
  return { profile: FREESWITCH_PROFILE, servers: [{ host, port: Number(port), secret: FREESWITCH_SECRET, weight: 1 }] }
}
