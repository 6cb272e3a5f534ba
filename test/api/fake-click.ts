/** Click-to-dial of the door of the PBX, kept in memory. */
import type { Actor } from '../../config/actor.ts'
import type { Extension, Pbx } from '../../pbx/index.ts'
import { USUAL_CLICK } from '../../pbx/directory/snapshot.ts'

export function createFakeClick(actors: Actor[], find: (actor: Actor, id: string) => Extension): Pbx['clickToDial'] {
  const get = (actor: Actor, id: string) => {
    actors.push(actor)
    const { number, name } = find(actor, id)
    return { ...USUAL_CLICK, extensionId: id, number, name }
  }
  return {
    list(actor) {
      actors.push(actor)
      return []
    },
    get,
    configure: async (actor, id, input) => ({ ...get(actor, id), ...input, version: 1 }),
    async history(actor, id) {
      get(actor, id)
      return { rows: [], total: 0 }
    },
  }
}
