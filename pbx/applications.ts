import { wrongField } from '../config/errors.ts'
import { newId } from '../config/ids.ts'
import type { AskProgram } from './calls/program.ts'
import type { Directory } from './directory/types.ts'
import type { Applications } from './door.ts'
import { guardNumbered } from './numbered.ts'
import { circleOf, deadEnd } from './routing/handling.ts'
import { normaliseDialled } from './routing/number-format.ts'
import { describeVerb, readVerbs } from './steps/application-verbs.ts'

/** Applications, whose fallback must lead somewhere and not back. */
export function guardApplications({ directory, ask }: { directory: Directory; ask: AskProgram }): Applications {
  const { applications } = directory
  const guarded = guardNumbered(applications, {
    directory,
    find: (id) => directory.snapshot().application(id),
    check(tenantId, before, { number = before?.number ?? '', fallback }) {
      if (fallback === undefined) return
      const snapshot = directory.snapshot()
      const wrong = normaliseDialled(fallback) === number ? 'Calls cannot go on to the number itself.' : deadEnd(snapshot, tenantId, fallback) ?? circleOf(snapshot, tenantId, number, [fallback])
      if (wrong !== undefined) throw wrongField('fallback', wrong)
    },
  })
  return {
    ...guarded,
    renewSecret: (actor, id) => applications.renewSecret(actor, id),
    async tryOut(actor, id) {
      const { name, number } = await applications.get(actor, id)
      const application = directory.snapshot().application(id)
      if (application?.tenantId !== actor.tenantId) throw wrongField('id', 'The application was removed meanwhile.')
      const callId = newId()
      const question = {
        event: 'call' as const, application: { id, number, name },
        call: { id: callId, rootId: callId, startedAt: new Date().toISOString(), from: { number: '+12025550143', name: 'Test call', extensionId: null }, dialled: number, answered: false },
        result: null,
      }
      const { status, error, text, ms } = await ask(application, question)
      const read = error === null ? readVerbs(text) : { problem: error }
      return {
        asked: JSON.stringify(question, undefined, 2), status, ms, answer: text.slice(0, 2000),
        verbs: 'verbs' in read ? read.verbs.map(describeVerb) : [], problem: 'problem' in read ? read.problem : null,
      }
    },
  }
}
