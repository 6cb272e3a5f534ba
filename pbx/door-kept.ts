import type { Actor } from '../config/actor.ts'

/** A kind of object that the PBX keeps for a tenant. Refuses `not-found` for an object that is none of the actor's tenant. */
export interface Kept<Shown, Input> {
  list(actor: Actor): Promise<Shown[]>
  get(actor: Actor, id: string): Promise<Shown>
  create(actor: Actor, input: Input): Promise<Shown>
  /** Only what is given changes. `version` is the one that was read; another in the database is a `conflict`. */
  update(actor: Actor, id: string, input: Partial<Input>, version?: number): Promise<Shown>
  /** Refuses `conflict` while something else uses it. */
  remove(actor: Actor, id: string): Promise<void>
}
