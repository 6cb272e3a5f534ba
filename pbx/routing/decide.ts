import type { DirectorySnapshot, SnapshotAttendant, SnapshotExtension, SnapshotRingGroup, SnapshotSchedule } from '../directory/types.ts'
import { toApplication } from './application.ts'
import { ANONYMOUS, closest, excepted, turnAway } from './blocked.ts'
import { toClock } from './clock.ts'
import { isDesk, refuseEmptyDesk, toDesk } from './desk.ts'
import type { Diversion, HouseWhy } from './diversion.ts'
import { findFeatureCode } from './feature-codes.ts'
import { calledFrom, helpBehindPrefix, helpNumber, type HelpCalled } from './help.ts'
import { toLocationTest } from './location-test.ts'
import { normaliseDialled } from './number-format.ts'
import { findInboundNumber, unasked, wayOut, wayToHelp } from './outside.ts'
import { intoMailbox, leaveMessage, toMailbox } from './mailbox.ts'
import { marked } from './marked.ts'
import { internal, notInService, type Meant } from './meant.ts'
import { outsideMember } from './members.ts'
import { isOfOthers, ofOthers } from './others-calls.ts'
import { isOfOwnCalls, ofOwnCalls } from './own-calls.ts'
import { toIntercom, toPage } from './paging.ts'
import { PLACES } from './feature-actions.ts'
import { leadsToHelp, type Branch, type ExtensionStep, type Member, type Plan, type Step, type Unanswered } from './plan.ts'
import type { CallRequest } from './request.ts'
import { screenOf } from './screening.ts'
import { sentBefore } from './sent-before.ts'
import { isSlot } from './slots.ts'
import { expandSpeedDial } from './speed-dial.ts'
import { isTest, toTest } from './test-numbers.ts'
import { targetNow, throughHours, unwanted } from './unwanted.ts'
import { toWakeUps } from './wake-up.ts'

export interface RoutingDefaults {
  /** Ring time of an extension that names none, in seconds. */
  ringSeconds: number
  /** When, in milliseconds since the epoch: opening hours go by it. */
  at: number
}

/** What a decision is made from, and the way it has come. */
interface Look {
  request: CallRequest
  snapshot: DirectorySnapshot
  defaults: RoutingDefaults
  /** The extensions whose forwards were followed, the first first. */
  path: readonly Hop[]
  diverted: readonly Diversion[]
}

/** What sends calls on: an extension, a ring group, opening hours. */
type Hop = Pick<SnapshotExtension, 'id' | 'number' | 'name'>

/** A plan branches three ways at each, so it must end somewhere. */
const MOST_FORWARDS = 5
/** Who calls back waits for an answer; where others call too they are not kept for long. */
const CALL_BACK_SECONDS = 60
const SHARED_SECONDS = 15
/** Forwards that ring nobody first. */
const AT_ONCE: ReadonlySet<string> = new Set(['unconditional', 'do-not-disturb'])

/**
 * Decides what should happen to a call. Pure: it looks only at the request and the snapshot,
 * does nothing, and gives the reason for every step, so that the same answer serves the call,
 * its trace and "what would happen if".
 */
export function decide(request: CallRequest, snapshot: DirectorySnapshot, defaults: RoutingDefaults): Plan {
  const number = normaliseDialled(request.dialled)
  const look: Look = { request, snapshot, defaults, path: [], diverted: request.diverted ?? [] }
  // Help comes before every other rule.
  const help = called(helpNumber(snapshot, request.tenantId, number), look)
  if (request.inbound && !help) return { ...fromOutside(request.inbound, look), number }
  if (help) return { number, ...forHelp(number, help, look) }
  const meant = withheld(number, look) ?? speedDialled(number, look) ?? meantBy(number, look)
  return { number, ...(refuseEmptyDesk(request, snapshot, meant) ?? meant) }
}

/**
 * Where a phone that was rung sends a call on by itself (a 3xx response): like a forward of its extension, which pays for it. Whoever was
 * rung on the way is not rung again, and no number of the emergency services is reached.
 *
 * @param diverted whose forwards led to the extension, the last first
 */
export function deflect(request: CallRequest, extension: Hop, target: string, diverted: readonly Diversion[], snapshot: DirectorySnapshot, defaults: RoutingDefaults): Branch {
  const path = diverted.filter(({ outside }) => outside !== true).toReversed().flatMap(({ number }) => snapshot.extensionByNumber(request.tenantId, number) ?? snapshot.ringGroupByNumber(request.tenantId, number) ?? [])
  return forward(extension, target, 'deflection', { request, snapshot, defaults, path, diverted })
}

/** The number behind the code, called by somebody who shows none; undefined when something else was dialled. */
function withheld(number: string, { request, snapshot, defaults }: Look): Meant | undefined {
  const feature = number.startsWith('*') ? findFeatureCode(snapshot.changedCodesOf(request.tenantId), number) : undefined
  if (feature?.code.action !== 'withhold-number' || feature.argument === '') return undefined
  const plan = decide({ ...request, dialled: feature.argument }, snapshot, defaults)
  // Help must be able to call back.
  if (leadsToHelp(plan)) return plan
  return { ...plan, withheld: true, before: { step: 'Show no number', reason: `${feature.code.code} was dialled before ${plan.number}` } }
}

/** What a speed dial stands for goes through every rule, as if it had been dialled; undefined when something else was dialled. */
function speedDialled(number: string, { request, snapshot, defaults }: Look): Meant | undefined {
  const expanded = expandSpeedDial(number, request, snapshot)
  if (expanded === undefined) return undefined
  if ('refused' in expanded) return notInService(expanded.refused)
  const plan = decide({ ...request, dialled: expanded.target, speedDialled: number }, snapshot, defaults)
  if (leadsToHelp(plan)) return plan
  const { step, reason } = expanded
  return { ...plan, before: { step, reason: plan.before ? `${reason}; ${plan.before.step}: ${plan.before.reason}` : reason } }
}

function called(number: string | undefined, { request, snapshot }: Look): HelpCalled | undefined {
  return number === undefined ? undefined : calledFrom(request, snapshot, number)
}

/** Without an outside line the caller must learn at once to use another phone. */
function forHelp(number: string, help: HelpCalled, look: Look): Meant {
  const steps = wayToHelp(look.request.tenantId, number, payerOf(look), look.snapshot, help)
  const reason = `${number} calls the emergency services, and this system has no outside line that could carry the call`
  return { direction: 'outbound', extensionId: null, name: null, steps: steps.length > 0 ? steps : [{ kind: 'announcement', prompt: 'no-emergency-line', refusal: 'no-emergency-line', reason }] }
}

/** A call of a carrier: its number says where it goes. Nobody outside dials anything else. */
function fromOutside(inbound: NonNullable<CallRequest['inbound']>, look: Look): Meant {
  const usual = byInboundNumber(inbound, look)
  return calledBack(usual, look) ?? usual
}

function byInboundNumber({ trunkId, number }: NonNullable<CallRequest['inbound']>, look: Look): Meant {
  const trunk = look.snapshot.trunk(trunkId)
  const found = trunk && findInboundNumber(look.snapshot, trunk, number)
  const base = { direction: 'inbound', extensionId: null, name: null } as const
  const rule = found && closest(found.byCaller, ({ caller }) => caller, look.request.caller.number)
  const destination = rule?.destination ?? found?.destination ?? ''
  const company = look.snapshot.blockedOf(look.request.tenantId)
  const callee = found && throughHours(look.snapshot, look.request.tenantId, destination, look.defaults.at)
  const turnedAway = look.request.callBack ? undefined : turnAway(company, callee, look.request.caller.number)
  if (turnedAway?.step) return { ...base, ...(turnedAway.own && callee && { extensionId: callee.id, name: callee.name }), steps: [turnedAway.step] }
  if (!found?.enabled) return { ...base, steps: [{ kind: 'refuse', refusal: 'unknown-inbound', reason: `${trunk?.name ?? 'A carrier'} sends a call for ${number || '(nobody)'}, and ${found ? 'that inbound number is switched off' : 'there is no such inbound number'}` }] }
  const { steps, extensionId, name } = meantBy(normaliseDialled(destination), look)
  const [first, ...rest] = steps
  const reason = `${look.request.callBack ? '' : excepted(company, callee, look.request.caller.number)}${found.number} (${found.name}) leads ${rule ? `${rule.caller === ANONYMOUS ? 'callers who hide their number' : `callers with ${rule.caller}`} ` : ''}to ${destination}`
  if (turnedAway) return { ...base, extensionId, name: name ?? found.name, steps: [intoMailbox(turnedAway.reason, callee ?? look.snapshot.extension(extensionId ?? ''))] }
  return { ...base, inboundNumberId: found.id, extensionId, name: name ?? found.name, steps: first ? [{ ...first, reason: `${reason}; ${first.reason}` }, ...rest] : [] }
}

/**
 * A dispatcher calls back: the very phone that called for help, whatever its extension does with its calls, then all of its phones,
 * and then whoever the number leads to. On a number that is everybody's, the very phone has a moment before all others.
 */
function calledBack(usual: Meant, { request: { callBack }, snapshot }: Look): Meant | undefined {
  const extension = callBack && snapshot.extension(callBack.extensionId)
  if (!extension) return undefined
  const { deviceId, shared } = callBack
  const reason = `${extension.number} (${extension.name}) called for help a while ago, and is called back${shared ? '; others call on this number too, so they go on soon' : ''}`
  const ringing = { kind: 'extension', extensionId: extension.id, ringSeconds: shared ? SHARED_SECONDS : CALL_BACK_SECONDS, busyAt: null, namePrefix: shared ? 'Call back?' : 'Emergency services:', diverted: [], otherwise: {}, reason } as const
  // At a shared phone somebody else may sit by now.
  const itself = deviceId === null ? undefined : snapshot.device(deviceId)?.extensionId ?? extension.id
  const own = [...(itself === undefined ? [] : [{ ...ringing, extensionId: itself, deviceId }]), ...(shared && deviceId !== null ? [] : [ringing])]
  return { direction: 'inbound', extensionId: extension.id, name: extension.name, steps: [...own, ...usual.steps.filter(({ kind }) => kind !== 'refuse')] }
}

/** Who pays for a call to the outside: the last who sent it on, whoever transfers it, or whoever calls. */
function payerOf({ path, request, snapshot }: Look): SnapshotExtension | undefined {
  const sent = path.findLast(({ id }) => snapshot.extension(id) !== undefined)
  const payer = snapshot.extension(sent?.id ?? request.onBehalfOf?.extensionId ?? request.caller.extensionId)
  return payer && !sent && request.outsideNumber !== undefined ? { ...payer, outsideNumber: request.outsideNumber } : payer
}

function meantBy(number: string, look: Look): Meant {
  const { request: { tenantId }, snapshot } = look
  const extension = snapshot.extensionByNumber(tenantId, number)
  if (extension) return internal(toExtension(extension, look), extension)

  const group = snapshot.ringGroupByNumber(tenantId, number)
  if (group) return internal(toGroup(group, look), { name: group.name })

  const schedule = snapshot.scheduleByNumber(tenantId, number)
  if (schedule) return bySchedule(schedule, look)

  const attendant = snapshot.attendantByNumber(tenantId, number)
  if (attendant) return internal([toAttendant(attendant)], { name: attendant.name })

  const conference = snapshot.conferenceByNumber(tenantId, number)
  if (conference) {
    return internal([conference.enabled
      ? { kind: 'conference', conferenceId: conference.id, reason: `${number} is the conference room ${conference.name}` }
      : { kind: 'refuse', refusal: 'conference-disabled', reason: `The conference room ${number} (${conference.name}) is switched off` }], { name: conference.name })
  }

  const paging = snapshot.pagingGroupByNumber(tenantId, number)
  if (paging) return internal([toPage(paging, look.request, snapshot)], { name: paging.name })

  const application = snapshot.applicationByNumber(tenantId, number)
  if (application) return internal([toApplication(application)], { name: application.name })

  const lots = snapshot.parkLotsOf(tenantId)
  const lot = lots.find((one) => one.number === number)
  const slotOf = lot ? undefined : lots.find((one) => isSlot(one, number))
  const parking = lot ?? slotOf
  if (parking) {
    return internal([parking.enabled
      ? { kind: 'park', lotId: parking.id, slot: slotOf ? number : null, reason: lot ? `${number} is the park lot ${lot.name}` : `${number} is a slot of the park lot ${parking.number} (${parking.name})` }
      : { kind: 'refuse', refusal: 'park-disabled', reason: `The park lot ${parking.number} (${parking.name}) is switched off` }], { name: parking.name })
  }

  const feature = findFeatureCode(snapshot.changedCodesOf(tenantId), number)
  // A forward never changes anything, and nobody listens to messages by it.
  if (feature && (look.path.length === 0 || PLACES.has(feature.code.action))) {
    const { code: { code, action, takesNumber }, argument } = feature
    if (takesNumber && argument === '' && action !== 'desk-log-in') return internal([{ kind: 'refuse', refusal: 'feature-argument', reason: `${code} needs a number behind it` }])
    if (isOfOthers(action)) {
      const { step, extension: meant } = ofOthers(code, action, argument, look.request, snapshot)
      return internal([step], meant)
    }
    if (action === 'voicemail-own' || action === 'voicemail-any' || action === 'voicemail-leave') return toMailbox(code, action, argument, look)
    if (action === 'withhold-number') return meantBy(argument, look)
    if (action === 'speed-dial') return notInService(`${code} is for phones of the house`)
    if (isOfOwnCalls(action)) return internal([ofOwnCalls(code, action, look.request)])
    if (action === 'directory-by-name') return internal([{ kind: 'directory', code, reason: `${code} is the company directory` }], { name: 'Company directory' })
    if (action === 'wake-up') return internal([toWakeUps(code, look)])
    if (action === 'tell-time') return internal([toClock(code, look)])
    if (isDesk(action)) return internal([toDesk(code, action, argument, look.request)])
    if (isTest(action)) return internal([toTest(code, action)])
    if (action === 'intercom') {
      const { step, extension: meant } = toIntercom(code, argument, look.request, snapshot, (one, reason) => ring(one, look, reason, {}))
      return internal([step], meant)
    }
    return internal([{ kind: 'feature', action, argument, reason: `${code} is a feature code` }])
  }

  const locationTest = look.path.length === 0 ? toLocationTest(number, look.request, snapshot) : undefined
  if (locationTest) return internal([locationTest])

  const out = wayOut(tenantId, number, payerOf(look), snapshot, look.defaults.at, unasked(look))
  const asked = helpBehindPrefix(snapshot, tenantId, number) ?? (out && helpNumber(snapshot, tenantId, out.route.prepend + number.slice(out.route.strip)))
  if (asked !== undefined) {
    // Whoever dials it with the digit for an outside line wants help; a forward or an inbound number never leads there.
    const help = look.path.length === 0 && !look.request.inbound ? called(asked, look) : undefined
    if (help) return forHelp(number, help, look)
    return internal([{ kind: 'announcement', prompt: 'not-in-service', refusal: 'unknown-number', reason: `${number} calls the emergency services, where no forward and no call from outside leads` }])
  }
  if (out) return { direction: 'outbound', extensionId: null, name: null, steps: out.steps.map((step) => (step.kind === 'outside' ? { ...step, diverted: look.diverted } : step)) }

  return internal([{
    kind: 'announcement', prompt: 'not-in-service', refusal: 'unknown-number',
    reason: `Nothing here has the number ${number || '(empty)'}, and no outbound route takes it`,
  }])
}

/** Where its calls go at this moment. The phone that rings is not told: nobody forwarded anything. */
function bySchedule(schedule: SnapshotSchedule, look: Look): Meant {
  const { number, name } = schedule
  const circle = circling(schedule, look)
  if (circle) return internal(circle, { name })
  if (!schedule.enabled) return internal([{ kind: 'refuse', refusal: 'schedule-disabled', reason: `The opening hours ${number} (${name}) are switched off` }], { name })
  const { is, why, target } = targetNow(schedule, look.snapshot, look.defaults.at)
  const reason = `${number} (${name}) is ${is === 'holiday' ? 'closed for a holiday' : is}: ${why}, so calls go to ${target}`
  const meant = meantBy(target, { ...look, path: [...look.path, schedule] })
  return { ...meant, extensionId: null, name, steps: [{ kind: 'schedule', scheduleId: schedule.id, is, reason }, ...meant.steps] }
}

function toAttendant({ id, number, name, keys, noInput, enabled }: SnapshotAttendant): Step {
  if (!enabled) return { kind: 'refuse', refusal: 'attendant-disabled', reason: `The attendant ${number} (${name}) is switched off` }
  return { kind: 'attendant', attendantId: id, keys: Object.entries(keys).map(([key, target]) => ({ key, target })), noInput, reason: `${number} is the attendant ${name}` }
}

function toExtension(extension: SnapshotExtension, look: Look): Step[] {
  const { number, name } = extension
  const { caller } = look.request
  const circle = circling(extension, look)
  if (circle) return circle
  if (!extension.enabled) return [{ kind: 'refuse', refusal: 'extension-disabled', reason: `Extension ${number} (${name}) is switched off` }]

  const own = extension.id === caller.extensionId
  // Whoever calls the own number reaches the own phones, whatever others get.
  if (own && look.path.length === 0) return [ring(extension, look, `${number} is the caller's own extension, so its other phones ring`, {})]

  const turnedAway = unwanted(extension, look.request, look.snapshot)
  if (turnedAway) return [turnedAway.step ?? intoMailbox(turnedAway.reason, extension)]
  if (extension.forwardAlways !== null) return forward(extension, extension.forwardAlways, 'unconditional', look).steps
  const busy = extension.forwardBusy
  if (extension.doNotDisturb && !extension.vipNumbers.includes(caller.number)) {
    if (busy !== null) return forward(extension, busy, 'do-not-disturb', look).steps
    if (extension.voicemail) return [leaveMessage(extension, 'busy', `${number} (${name}) does not want to be disturbed, so the caller may leave a message`)]
    return [{ kind: 'refuse', refusal: 'do-not-disturb', reason: `${number} (${name}) does not want to be disturbed` }]
  }
  const otherwise: Partial<Record<Unanswered, Branch>> = {}
  for (const [why, target] of [['busy', busy], ['no-answer', extension.forwardNoAnswer], ['unreachable', extension.forwardUnreachable]] as const) {
    const branch = target === null ? ownMailbox(extension, why) : forward(extension, target, WHY[why], look)
    if (branch) otherwise[why] = branch
  }
  const vip = extension.doNotDisturb ? `; it does not want to be disturbed, except by ${caller.number}` : ''
  const { screen, said } = screenOf(extension, look.request, look.snapshot)
  if (!extension.followMe) return [{ ...ring(extension, look, `${number} is the extension of ${name}${vip}${said}`, otherwise), ...screen }]
  const { members, names, left } = membersOf(extension.followMeTo.map(({ target, ...each }) => {
    const found = look.snapshot.extensionByNumber(extension.tenantId, target)
    return { ...each, extension: found, number: found ? null : target }
  }), { ...look, path: [...look.path, extension] })
  const followed = `follow me rings ${names.join(', ') || 'nobody else'}${extension.followMeOwnPhones ? '' : ', and not its own phones'}${left.map((why) => `; ${why}`).join('')}`
  return [{ ...ring(extension, look, `${number} is the extension of ${name}${vip}; ${followed}${said}`, otherwise), ...screen, follow: { ownPhones: extension.followMeOwnPhones, members } }]
}

/** Without a forward for the case its mailbox takes the message. */
function ownMailbox(extension: SnapshotExtension, why: Unanswered): Branch | undefined {
  if (!extension.voicemail) return undefined
  const reason = `${extension.number} (${extension.name}) has a mailbox and no forward for this`
  return { reason, steps: [leaveMessage(extension, why === 'busy' ? 'busy' : 'unavailable', reason)] }
}

/** What a call gets that has been here already, or has come too far. */
function circling(hop: Hop, { path, diverted }: Look): Step[] | undefined {
  if (path.some(({ id }) => id === hop.id)) {
    // Whoever was rung on the way is not rung again, and the call ends with what became of that.
    if (diverted.some(({ why, outside }) => outside !== true && !AT_ONCE.has(why))) return []
    return [{ kind: 'refuse', refusal: 'forward-loop', reason: `Forwards lead in a circle: ${[...path, hop].map(({ number }) => number).join(' to ')}` }]
  }
  if (path.length > MOST_FORWARDS) return [{ kind: 'refuse', refusal: 'forward-loop', reason: `More than ${MOST_FORWARDS} forwards follow one another, up to ${hop.number}` }]
  return undefined
}

/** Members ring whatever they forward their own calls to: the group decides where its calls go. */
function toGroup(group: SnapshotRingGroup, look: Look): Step[] {
  const { number, name } = group
  const circle = circling(group, look)
  if (circle) return circle
  if (!group.enabled) return [{ kind: 'refuse', refusal: 'ring-group-disabled', reason: `The ring group ${number} (${name}) is switched off` }]
  const { members, names, left } = membersOf(group.members.map(({ extensionId, ringSeconds, ...member }) => ({ ...member, ...timeOf(group, ringSeconds), extension: look.snapshot.extension(extensionId ?? '') })), { ...look, path: [...look.path, group] })
  const otherwise: Partial<Record<Unanswered, Branch>> = {}
  if (group.noAnswer !== null) for (const why of ['busy', 'no-answer', 'unreachable'] as const) otherwise[why] = marked(forward(group, group.noAnswer, WHY[why], look), group)
  return [{
    kind: 'ring-group', ringGroupId: group.id, strategy: group.strategy,
    members,
    ringSeconds: group.ringSeconds, memberSeconds: group.memberSeconds, rounds: group.rounds, skipBusy: group.skipBusy, namePrefix: group.namePrefix, alertInfo: group.alertInfo, greeting: group.greeting, ...(group.recordingSeconds != null && { recordedGreeting: true }), music: group.music,
    diverted: look.diverted, otherwise,
    reason: `${number} is the ring group ${name}: ${names.join(', ') || 'nobody who can be rung'}${left.map((why) => `; ${why}`).join('')}`,
  }]
}

/** Those who ring together ring as long as the group, unless they have a time of their own. */
function timeOf({ strategy, memberSeconds }: SnapshotRingGroup, own: number | null): { ringSeconds?: number } {
  if (own === null) return strategy === 'all' ? {} : { ringSeconds: memberSeconds }
  return { ringSeconds: own }
}

interface Wanted {
  extension: SnapshotExtension | undefined
  number: string | null
  delaySeconds: number
  ringSeconds?: number
  confirm: boolean
}

/** Who of these is rung, as reasons name them, and why others are not. */
function membersOf(wanted: readonly Wanted[], look: Look): { members: Member[]; names: string[]; left: string[] } {
  const { request: { tenantId, caller }, snapshot, diverted } = look
  const members: Member[] = []
  const names: string[] = []
  const left: string[] = []
  for (const { extension, number, confirm, ...times } of wanted) {
    if (number !== null) {
      const way = outsideMember(tenantId, number, payerOf(look), snapshot, look.defaults.at)
      const why = 'why' in way ? way.why : sentBefore(look.request, way.outside, snapshot)
      if (why !== undefined || 'why' in way) left.push(why ?? '')
      else {
        members.push({ ...times, outside: { ...way.outside, diverted }, confirm })
        names.push(`${number}${confirm ? ' (asked first)' : ''}`)
      }
    } else if (extension?.enabled) {
      if (extension.doNotDisturb && !extension.vipNumbers.includes(caller.number)) left.push(`${extension.number} does not want to be disturbed`)
      else if (unwanted(extension, look.request, look.snapshot)) left.push(`${extension.number} has blocked the caller`)
      else {
        members.push({ ...times, extensionId: extension.id, busyAt: extension.callLimit })
        names.push(extension.number)
      }
    }
  }
  return { members, names, left }
}

const WHY: Readonly<Record<Unanswered, HouseWhy>> = { busy: 'user-busy', 'no-answer': 'no-answer', unreachable: 'unavailable' }

function ring(extension: SnapshotExtension, look: Look, reason: string, otherwise: Partial<Record<Unanswered, Branch>>): ExtensionStep {
  return {
    kind: 'extension', extensionId: extension.id, ringSeconds: extension.ringSeconds ?? look.defaults.ringSeconds, busyAt: extension.callLimit,
    diverted: look.diverted, otherwise, reason,
  }
}

/** The call goes on as if it had been for the other number, with whom it was for before told to the phone. */
function forward(extension: Hop, target: string, why: HouseWhy, look: Look): Branch & { steps: Step[] } {
  const number = normaliseDialled(target)
  const reason = `${extension.number} (${extension.name}) forwards ${SAID[why]} to ${number}`
  // Nobody is sent to the emergency services by somebody else's forward.
  if (helpNumber(look.snapshot, look.request.tenantId, number) !== undefined) return { reason, steps: [{ kind: 'refuse', refusal: 'unknown-number', reason: `${reason}, and no forward may lead to the emergency services` }] }
  const { steps } = meantBy(number, { ...look, path: [...look.path, extension], diverted: [{ number: extension.number, why }, ...look.diverted] })
  const [first, ...rest] = steps
  const before = first?.kind === 'outside' ? sentBefore(look.request, first, look.snapshot) : undefined
  if (before !== undefined) return { reason, steps: [{ kind: 'refuse', refusal: 'forward-loop', reason: `${reason}, and ${before}` }] }
  return { reason, steps: first !== undefined && AT_ONCE.has(why) ? [{ ...first, reason: `${reason}; ${first.reason}` }, ...rest] : steps }
}

const SAID: Readonly<Record<HouseWhy, string>> = {
  unconditional: 'all calls', 'user-busy': 'calls when busy', 'no-answer': 'calls that nobody answers', unavailable: 'calls while no phone is reachable', 'do-not-disturb': 'calls it does not want to be disturbed by',
  deflection: 'the call by its phone',
}
