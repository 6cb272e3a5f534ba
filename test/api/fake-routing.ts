import type { Actor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import type { Pbx } from '../../pbx/index.ts'

/** The dial plan for tests of the API alone: nobody is anywhere, and one code can be changed. */
export function createFakeRouting(actors: Actor[]): Pbx['routing'] {
  return {
    explain(actor, { to }) {
      actors.push(actor)
      return { number: to, name: null, direction: 'internal', steps: [{ step: 'Refuse the call', reason: 'Nobody is there', when: null, depth: 0, now: null, subject: null }] }
    },
    featureCodes(actor) {
      actors.push(actor)
      return [{ code: '*78', customary: '*78', enabled: true, action: 'do-not-disturb-on', does: 'Turn do not disturb on', takesNumber: false, inCall: false }]
    },
    async changeFeatureCode(actor, action, change) {
      actors.push(actor)
      if (action !== 'do-not-disturb-on') throw new Refusal('not-found', 'There is no such feature code.')
      return { code: '*78', customary: '*78', enabled: true, action, does: 'Turn do not disturb on', takesNumber: false, inCall: false, ...change }
    },
    async changeFeatureCodes(actor) {
      actors.push(actor)
    },
  }
}
