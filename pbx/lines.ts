import type { Actor } from '../config/actor.ts'
import { Refusal, refuseWrong, wrongField, type RefusalDetail } from '../config/errors.ts'
import { clientCertificateTrouble } from './certificates.ts'
import type { CallRegistry } from './calls/registry.ts'
import { checkTrunkKind, plainNumber } from './directory/input-lines.ts'
import type { Directory } from './directory/types.ts'
import type { InboundNumberInput, InboundNumbers, OutboundRouteInput, OutboundRoutes, Trunk, TrunkInput, TrunkStatus, Trunks } from './door.ts'
import { deadEnd } from './routing/handling.ts'
import { poolSiteOf, reservedFor, whoShows } from './emergency-pools.ts'
import { refuseCountry } from './numbered.ts'
import { callsOver } from './steps/channels.ts'
import { previewHeaders } from './sip/header-preview.ts'
import { signingTrouble } from './stir/trouble.ts'
import type { TrunkRoom } from './trunks/trunks.ts'

type WithStatus = Trunk & { status: TrunkStatus }

/** Trunks as the directory keeps them, with how each is at this moment. */
export function createTrunksDoor({ directory, room, registry, tls, publicUrl, codecs }: { directory: Directory; room: TrunkRoom; registry: CallRegistry; tls: boolean; publicUrl: string; codecs: readonly string[] }): Trunks {
  const unsigned = ({ id, enabled, signCalls }: Trunk): string | undefined => {
    const tenantId = enabled && signCalls ? directory.snapshot().trunk(id)?.tenantId : undefined
    return tenantId === undefined ? undefined : signingTrouble(directory.snapshot().stirOf(tenantId), publicUrl, Date.now())
  }
  const shown = (trunk: Trunk): WithStatus => {
    const status = room.status(trunk.id)
    return { ...trunk, status: { ...status, cause: status.cause ?? clientCertificateTrouble(trunk, Date.now()) ?? unsigned(trunk) ?? null, calls: callsOver({ registry }, trunk.id).length } }
  }
  /** Certificates belong to a connection over TLS of our own engine, which is made to a host and not for a trunk. */
  const refuseCertificates = (input: Partial<TrunkInput>, id: string | undefined): void => {
    const has = ({ clientCertificate, peerAuthority, peerName }: Pick<TrunkInput, 'clientCertificate' | 'peerAuthority' | 'peerName'>): boolean => Boolean(clientCertificate ?? peerAuthority ?? peerName)
    if (!has(input)) return
    if (!tls) throw new Refusal('unprocessable', 'Certificates of a trunk need SIP over TLS with the engine that is built in: set SIP_TLS_PORT, and no DRACHTIO.')
    if (input.transport !== 'tls') refuseWrong([{ field: 'transport', message: 'Certificates are for TLS.' }])
    const host = input.host?.trim().toLowerCase()
    const snapshot = directory.snapshot()
    const other = snapshot.tenants().flatMap((tenant) => snapshot.trunksOf(tenant.id)).find((trunk) => trunk.id !== id && trunk.host === host && has(trunk))
    if (other) throw new Refusal('conflict', 'Another trunk has certificates for the same host already. Connections are made to a host: it can have one pair only.')
  }
  const refuseCodecs = (wanted: readonly string[] = []): void => {
    const missing = wanted.filter((name) => !codecs.includes(name))
    if (missing.length > 0) throw wrongField('codecs', `The media engine has no ${missing.join(' and no ')}: MEDIA_CODECS is ${codecs.join(', ')}.`)
  }
  const { trunks } = directory
  const refuseTaken = (actor: Actor, { registersHere, username }: Pick<TrunkInput, 'registersHere' | 'username'>, id: string | undefined): void => {
    const other = registersHere && directory.snapshot().trunksOf(actor.tenantId).find((trunk) => trunk.id !== id && trunk.registersHere && trunk.username === username)
    if (other) throw new Refusal('conflict', `The PBX of the trunk ${other.name} registers as ${username} already. Choose another user name.`)
  }
  const refuseReserved = (actor: Actor, callerId: string | null | undefined): void => {
    const wrong = typeof callerId === 'string' ? reservedFor(directory, actor.tenantId, callerId) : undefined
    if (wrong !== undefined) throw wrongField('callerId', wrong)
  }
  /** While there is no site, the trunks that carry calls for help say in which country the phones are. */
  const refuseHelpOf = (actor: Actor, emergency: boolean, country: string): void => {
    if (emergency && directory.snapshot().emergencyOf(actor.tenantId).sites.length === 0) refuseCountry(directory, actor.tenantId, country)
  }
  return {
    list: async (actor) => (await trunks.list(actor)).map(shown),
    get: async (actor, id) => shown(await trunks.get(actor, id)),
    async create(actor, input) {
      refuseReserved(actor, input.callerId)
      refuseHelpOf(actor, input.emergency === true, input.country ?? 'US')
      checkTrunkKind({ ...input, hasPassword: false })
      refuseCodecs(input.codecs)
      refuseTaken(actor, input, undefined)
      refuseCertificates(input, undefined)
      return shown(await trunks.create(actor, { ...input, host: input.host ?? '' }))
    },
    async update(actor, id, input, version) {
      refuseReserved(actor, input.callerId)
      refuseCodecs(input.codecs)
      const before = directory.snapshot().trunk(id)
      if (input.emergency !== undefined || input.country !== undefined) refuseHelpOf(actor, input.emergency ?? before?.emergency ?? false, input.country ?? before?.country ?? 'US')
      if (before?.tenantId === actor.tenantId) {
        const { password: kept, clientKey: _key, ...rest } = before
        const whole = { ...rest, networks: [], headerRules: [], codecs: [], ...input }
        checkTrunkKind({ ...whole, hasPassword: kept !== null })
        refuseTaken(actor, whole, id)
        refuseCertificates(whole, id)
      }
      if (before?.callerId != null && input.callerId !== undefined && (input.callerId === null || plainNumber(input.callerId) !== before.callerId)) refuseShown(directory, actor.tenantId, before.callerId, id)
      return shown(await trunks.update(actor, id, input, version))
    },
    async remove(actor, id) {
      const routes = directory.snapshot().outboundRoutesOf(actor.tenantId).filter(({ trunkIds }) => trunkIds.includes(id))
      if (routes.length > 0) throw new Refusal('conflict', `The outbound ${routes.length === 1 ? 'route' : 'routes'} ${routes.map(({ name }) => name).join(', ')} ${routes.length === 1 ? 'uses' : 'use'} this trunk. Take it out there first.`)
      const { callerId = null } = directory.snapshot().trunk(id) ?? {}
      if (callerId !== null) refuseShown(directory, actor.tenantId, callerId, id)
      await trunks.remove(actor, id)
    },
    previewHeaders: (actor, rules, direction, message) => previewHeaders(rules, direction, message, directory.snapshot().tenant(actor.tenantId)?.slug ?? ''),
    async test(actor, id) {
      const trunk = await trunks.get(actor, id)
      if (!trunk.enabled) throw new Refusal('conflict', 'This trunk is switched off.')
      await room.ask(id)
      return shown(trunk)
    },
  }
}

/** Inbound numbers, each of which must lead somewhere. */
export function guardInboundNumbers(directory: Directory): InboundNumbers {
  const { inboundNumbers } = directory
  const check = (actor: Actor, { destination, byCaller = [] }: Partial<InboundNumberInput>): void => {
    const snapshot = directory.snapshot()
    const why = destination === undefined ? undefined : deadEnd(snapshot, actor.tenantId, destination)
    refuseWrong([
      ...(why === undefined ? [] : [{ field: 'destination', message: why }]),
      ...byCaller.flatMap((rule) => {
        const wrong = deadEnd(snapshot, actor.tenantId, rule.destination)
        return wrong === undefined ? [] : [{ field: 'byCaller', message: `${rule.caller}: ${wrong}` }]
      }),
    ])
  }
  return {
    ...inboundNumbers,
    async create(actor, input) {
      check(actor, input)
      return inboundNumbers.create(actor, input)
    },
    async update(actor, id, input, version) {
      check(actor, input)
      const before = directory.snapshot().inboundNumbersOf(actor.tenantId).find((one) => one.id === id)
      if (before && input.number !== undefined && plainNumber(input.number) !== before.number) refuseShown(directory, actor.tenantId, before.number, id)
      return inboundNumbers.update(actor, id, input, version)
    },
    async remove(actor, id) {
      const before = directory.snapshot().inboundNumbersOf(actor.tenantId).find((one) => one.id === id)
      if (before) refuseShown(directory, actor.tenantId, before.number, id)
      await inboundNumbers.remove(actor, id)
    },
  }
}

/** Outbound routes, of which every trunk must be there, and which show numbers of the company only. */
export function guardOutboundRoutes(directory: Directory): OutboundRoutes {
  const { outboundRoutes } = directory
  const check = (actor: Actor, { trunkIds, callerId, scheduleId, pinSetId }: Partial<OutboundRouteInput>): void => {
    const snapshot = directory.snapshot()
    const details: RefusalDetail[] = []
    if (trunkIds?.some((id) => snapshot.trunk(id)?.tenantId !== actor.tenantId)) details.push({ field: 'trunkIds', message: 'One of the trunks is not there.' })
    if (typeof scheduleId === 'string' && snapshot.schedule(scheduleId)?.tenantId !== actor.tenantId) details.push({ field: 'scheduleId', message: 'These opening hours are not there.' })
    if (typeof pinSetId === 'string' && snapshot.pinSet(pinSetId)?.tenantId !== actor.tenantId) details.push({ field: 'pinSetId', message: 'This PIN set is not there.' })
    if (typeof callerId === 'string') {
      const wrong = notShown(directory, actor.tenantId, callerId)
      if (wrong !== undefined) details.push({ field: 'callerId', message: wrong })
    }
    refuseWrong(details)
  }
  return {
    ...outboundRoutes,
    async create(actor, input) {
      check(actor, input)
      return outboundRoutes.create(actor, input)
    },
    async update(actor, id, input, version) {
      check(actor, input)
      return outboundRoutes.update(actor, id, input, version)
    },
  }
}

export const NOT_OWN = 'This number is not the company\'s: choose an inbound number, or the number of a trunk.'

/** Why ordinary calls may not show a number; undefined: they may. */
export function notShown(directory: Pick<Directory, 'snapshot'>, tenantId: string, number: string): string | undefined {
  return isOwn(directory, tenantId, number) ? reservedFor(directory, tenantId, number) : NOT_OWN
}

/**
 * Whether a number may be shown outside: an inbound number, or that of a trunk.
 *
 * @param without an inbound number or trunk that is about to go
 */
export function isOwn(directory: Pick<Directory, 'snapshot'>, tenantId: string, number: string, without?: string): boolean {
  const snapshot = directory.snapshot()
  return snapshot.inboundNumbersOf(tenantId).some((one) => one.id !== without && one.number === number) || snapshot.trunksOf(tenantId).some((one) => one.id !== without && one.callerId === number)
}

/** @throws Refusal `conflict` while a number is shown outside that would be the company's no more without this inbound number or trunk */
function refuseShown(directory: Pick<Directory, 'snapshot'>, tenantId: string, number: string, without: string): void {
  if (isOwn(directory, tenantId, number, without)) return
  // What is about to go is the only trunk or inbound number with it.
  const pool = poolSiteOf(directory, tenantId, number)
  const users = [...whoShows(directory, tenantId, number).filter((user) => !user.startsWith('the trunk ')), ...(pool ? [`the pool of the site ${pool.name}`] : [])]
  const [first, second, third, ...more] = users
  if (first === undefined) return
  throw new Refusal('conflict', `${[first, second, third].filter(Boolean).join(', ')}${more.length > 0 ? ` and ${more.length} more` : ''} ${users.length === 1 ? 'shows' : 'show'} ${number} outside. Choose another number there first.`)
}
