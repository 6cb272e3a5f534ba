/** Signatures of calls of the door of the PBX, kept in memory. */
import type { Actor } from '../../config/actor.ts'
import type { Pbx, StirSettings } from '../../pbx/index.ts'
import { now } from './fake-samples.ts'

export function createFakeStir(actors: Actor[]): Pbx['stir'] {
  let settings: StirSettings = {
    certificate: 'PEM', about: { subject: 'CN=SHAKEN 709J', issuer: 'CN=Authority', notBefore: now, notAfter: now, state: 'good', codes: ['709J'], numbers: [] },
    certificateUrl: null, authorities: null, trusted: [], url: 'https://pbx.example/stir/a.pem', trouble: null,
  }
  return {
    settings(actor) {
      actors.push(actor)
      return settings
    },
    async configure(actor, { key: _key, ...input }) {
      actors.push(actor)
      settings = { ...settings, ...input }
      return settings
    },
    published: () => undefined,
  }
}
