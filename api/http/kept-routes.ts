import { z } from 'zod'
import type { Kept } from '../../pbx/index.ts'
import { defineRoute, type Route } from './define-route.ts'
import { done, idParams, one, Success } from './envelope.ts'
import { given, isoOf } from './fields.ts'
import type { World } from './world.ts'

type Stamps = { createdAt: Date; updatedAt: Date }

/** With its times as they cross the wire. */
export const stamped = <T extends Stamps>({ createdAt, updatedAt, ...rest }: T) => ({ ...rest, createdAt: isoOf(createdAt), updatedAt: isoOf(updatedAt) })

/** As a body gives it: what need not be there may be undefined. */
type Body<Input> = { [K in keyof Input]: object extends Pick<Input, K> ? Input[K] | undefined : Input[K] }

interface Kind<Shown extends Stamps, Input, S extends z.ZodType> {
  /** Of the collection: `/park-lots`. */
  path: string
  /** As operations name one and many: `ParkLot`, `ParkLots`. */
  one: string
  many: string
  tag: string
  read: `${string}.${string}`
  write: `${string}.${string}`
  /** A line each. */
  words: { list: string; create: string; get: string; update: string; remove: string }
  more?: { update?: string; remove?: string }
  shown: S
  create: z.ZodType<Body<Input>>
  update: z.ZodType<{ [K in keyof Input]?: Input[K] | undefined } & { version?: number | undefined }>
  kept: (pbx: World['pbx']) => Kept<Shown, Input>
  present: (shown: NoInfer<Shown>) => z.input<S>
}

/** List, add, read, change and remove: the five operations of every kind of object that the PBX keeps. */
export function keptRoutes<Shown extends Stamps, Input extends object, S extends z.ZodType>(kind: Kind<Shown, Input, S>): Route[] {
  const { path, tag, words, more = {}, kept, present } = kind
  const answer = async (shown: Promise<Shown>): Promise<{ data: z.input<S> }> => ({ data: present(await shown) })
  return [
    defineRoute({
      method: 'get', path, operationId: `list${kind.many}`, summary: words.list, tag, permission: kind.read, response: z.object({ data: z.array(kind.shown) }),
      handle: async ({ world, actor }) => ({ data: (await kept(world.pbx).list(actor)).map(present) }),
    }),
    defineRoute({
      method: 'post', path, operationId: `create${kind.one}`, summary: words.create, tag, permission: kind.write, body: kind.create, status: 201, response: one(kind.shown),
      handle: ({ world, actor, body }) => answer(kept(world.pbx).create(actor, given(body) as Input)),
    }),
    defineRoute({
      method: 'get', path: `${path}/{id}`, operationId: `get${kind.one}`, summary: words.get, tag, permission: kind.read, params: idParams, response: one(kind.shown),
      handle: ({ world, actor, params }) => answer(kept(world.pbx).get(actor, params.id)),
    }),
    defineRoute({
      method: 'patch', path: `${path}/{id}`, operationId: `update${kind.one}`, summary: words.update, ...(more.update !== undefined && { description: more.update }), tag, permission: kind.write,
      params: idParams, body: kind.update, versioned: true, response: one(kind.shown),
      handle: ({ world, actor, params, body: { version, ...input }, ifMatch }) => answer(kept(world.pbx).update(actor, params.id, given(input) as Partial<Input>, ifMatch ?? version)),
    }),
    defineRoute({
      method: 'delete', path: `${path}/{id}`, operationId: `delete${kind.one}`, summary: words.remove, ...(more.remove !== undefined && { description: more.remove }), tag, permission: kind.write,
      params: idParams, response: Success,
      async handle({ world, actor, params }) {
        await kept(world.pbx).remove(actor, params.id)
        return done
      },
    }),
  ]
}
