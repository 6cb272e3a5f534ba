import { systemClock } from '../config/clock.ts'
import type { Database } from '../config/database/index.ts'
import { messageOf, Refusal } from '../config/errors.ts'
import type { Logger } from '../config/logger.ts'
import type { Secrets } from '../config/secrets.ts'
import type { Settings } from '../config/settings/settings.ts'
import { within } from '../config/within.ts'
import type { MediaServer, PromptDesk, SoundKeeper } from '../media/contract.ts'
import { testAudio } from './audio-test.ts'
import { auditIfPossible, createCallDoor } from './call-door.ts'
import { createCompletions } from './calls/completions.ts'
import { openCharges } from './calls/open-charges.ts'
import { hangUp } from './calls/hang-up.ts'
import { carrierCertificates, certificatesOf, nameCertificates, type CertificateKeeper } from './certificates.ts'
import { createCallRegistry } from './calls/registry.ts'
import { terminate } from './calls/termination.ts'
import { watchForStuckCalls } from './calls/watch.ts'
import type { CallWorld } from './calls/world.ts'
import { createHistory } from './cdr/history.ts'
import { createLastCalls } from './cdr/last-calls.ts'
import { rememberRecent } from './cdr/recent.ts'
import { startRetention } from './cdr/retention.ts'
import { createCallRecordWriter } from './cdr/writer.ts'
import { createRooms } from './conferences/rooms.ts'
import { createPinTries } from './calls/pin-tries.ts'
import { createContactNames, createIsContact } from './contacts/names.ts'
import { createRoutingDoor } from './routing-door.ts'
import { guardAttendants, guardSchedules } from './hours.ts'
import { guardConferences, guardExtensions, guardRingGroups } from './extensions.ts'
import { createDirectory } from './directory/directory.ts'
import { createDrainer } from './drain.ts'
import type { Pbx } from './door.ts'
import { createHelpDoors } from './emergency-door.ts'
import { startPlaceTests } from './help/place-tests.ts'
import { openHelpRecords } from './help/records.ts'
import { startEntrance } from './entrance/entrance.ts'
import { createEvents } from './events/events.ts'
import { healthOf } from './health.ts'
import { startLender } from './lane/lender.ts'
import type { EngineLane } from './lane/types.ts'
import type { EngineStatus } from './metrics/engine.ts'
import { createMetrics } from './metrics/metrics.ts'
import { createMissedCallMail } from './mail/missed-calls.ts'
import { openMailRoom } from './mail/room.ts'
import { openMessagingRoom } from './messaging/room.ts'
import { createGuard } from '../config/outbound/guard.ts'
import { createProgramLine } from './calls/program.ts'
import { guardApplications } from './applications.ts'
import { guardPagingGroups } from './paging-groups.ts'
import { openSharedPhones } from './shared-phones.ts'
import { guardPinSets } from './pin-sets.ts'
import { guardParkLots } from './park-lots.ts'
import { createParking } from './calls/parking.ts'
import { watchMinutes } from './calls/toll-minutes.ts'
import { watchTransferCodes } from './steps/transfer-codes.ts'
import { openPush } from './push/push.ts'
import { openProvisioning } from './provisioning/room.ts'
import { createClickDoor } from './click-door.ts'
import { createPromptDoor } from './prompts/prompts.ts'
import { openRecordingRoom } from './recording/room.ts'
import { deadEnd } from './routing/handling.ts'
import { holderOf } from './routing/slots.ts'
import { createRegistrar } from './registrar/registrar.ts'
import { createLamps } from './presence/lamps.ts'
import { createPublications } from './presence/publications.ts'
import { createUnsolicited } from './presence/unsolicited.ts'
import { createWatchers } from './registrar/watchers.ts'
import { connectSip, type SipConnection } from './sip/connect.ts'
import type { EngineGate } from './shield/gate.ts'
import type { SipSource } from './sip/types.ts'
import { hostPart } from './sip/uri.ts'
import { createShieldDoor } from './shield/people.ts'
import { createShield } from './shield/shield.ts'
import { isFree } from './steps/complete.ts'
import { guardSpeedDials } from './speed-dials.ts'
import { createCallSettingsDoor } from './call-settings.ts'
import { tellDesk, wake } from './steps/wake-up.ts'
import { startWakeUps } from './wake-ups/queue.ts'
import { createWakeUpStore } from './wake-ups/store.ts'
import { recall } from './steps/recall.ts'
import { goOn, goOnBy } from './steps/go-on.ts'
import { testPlace } from './steps/place-test.ts'
import { isForHelp, takeCall } from './steps/take-call.ts'
import { forgetScreened } from './steps/screen.ts'
import { transfer } from './steps/transfer.ts'
import { createTrunks } from './trunks/trunks.ts'
import { createTrunksDoor, guardInboundNumbers, guardOutboundRoutes } from './lines.ts'
import { createMediaServersDoor } from './media-servers.ts'
import { createTakeover } from './takeover/takeover.ts'
import { createStirDoor } from './stir-door.ts'
import { createCertificateStore, createRevocationStore } from './stir/published-store.ts'
import { createSigner } from './stir/signer.ts'
import { createVerifier } from './stir/verifier.ts'
import { createTargets, type NameBook } from './targets.ts'
import { hepPacket } from './trace/hep.ts'
import { openHepSender } from './trace/hep-sender.ts'
import { openVoicemailRoom } from './voicemail/room.ts'
import { watchSpending } from './calls/spend-limits.ts'
import { createRatesDoor } from './rates/door.ts'
import { createTollDoor } from './toll-door.ts'
import { createTraces } from './trace/trace.ts'

export interface PbxOptions {
  settings: Settings
  logger: Logger
  database: Database
  secrets: Secrets
  media: MediaServer
  /** Closed with the PBX. */
  sounds: SoundKeeper
  prompts: PromptDesk
  signalling: SipConnection & { certificates: CertificateKeeper | undefined; gate: EngineGate | undefined; lane: EngineLane | undefined; names: NameBook | undefined; status: (() => Promise<EngineStatus>) | undefined; onGone: ((listener: (peer: SipSource) => void) => () => void) | undefined }
}

/** BYE and its answer are given this long when the server stops. */
const GOODBYE_MS = 4_000

/** Starts the rooms of the PBX from the ground up; `close` goes the other way. */
export async function startPbx(options: PbxOptions): Promise<Pbx> {
  const { settings, logger, database, secrets, media } = options
  const { home } = settings
  const events = createEvents(logger)
  const sip = await connectSip({ ...options.signalling, logger, session: settings.session, reliable: settings.calls.reliable, graceSeconds: settings.sip.graceSeconds })
  const directory = await createDirectory({ database, secrets, logger, settings, listening: () => sip.listening })
  const stopDirectoryNews = directory.onChange((tenantId) => events.emit('directory.changed', tenantId, {}))
  const { certificates } = options.signalling
  const stopNames = nameCertificates(certificates, directory, logger)
  const registrar = await createRegistrar({ database, directory, sip, settings, edges: settings.sip.drachtio && options.signalling.identity === undefined ? undefined : settings.sip.edges, gruuKey: secrets.key('gruu'), logger, events, clock: systemClock })
  const watchers = createWatchers({ registrar, directory, events, clock: systemClock, settings })
  const registry = createCallRegistry()
  const shield = await createShield({
    settings, database, directory, registrar, events, logger, clock: systemClock, gate: options.signalling.gate,
    hasCallWith: (address) => registry.all().some((call) => call.legs.some((leg) => hostPart(leg.origin.address) === address)),
  })
  const { names } = options.signalling
  const trunks = await createTrunks({
    database, bounds: settings.registrar, keepsConnections: sip.keepsCalls === true || (settings.sip.drachtio && options.signalling.identity === undefined) === true, directory, sip, logger, signer: createSigner({ directory, publicUrl: settings.http.publicUrl, key: secrets.key('stir-origins'), now: () => systemClock.now(), logger }), key: secrets.key('trunk-contacts'), certified: async () => certificates?.setDomains(directory.snapshot().domains(), carrierCertificates(directory.snapshot())),
    addressesOf: names && (async (name) => (await names.report(name)).flatMap(({ targets }) => targets.map(({ address }) => address))),
  })
  const stopGone = options.signalling.onGone?.((peer) => [registrar, trunks].forEach((room) => room.disconnected(peer)))
  const push = await openPush({ database, secrets, logger, events, settings })
  const { charges, rates, close: closeCharges } = await openCharges({ database, directory, logger, home, clock: systemClock })
  const wakeUpStore = createWakeUpStore({ database, directory, now: () => systemClock.now() })
  const world: CallWorld = {
    wakeUps: wakeUpStore,
    verifier: createVerifier({ directory, store: createCertificateStore({ networks: settings.stir.networks, now: () => systemClock.now() }), lists: createRevocationStore({ networks: settings.stir.networks, now: () => systemClock.now() }), now: () => systemClock.now() }),
    trunks, charges, rates, settings, logger, media, sip, directory, registrar, events, registry, onRefer: (call, leg, refer) => transfer(world, call, leg, refer),
    enterRoom: (call, id, moderator) => rooms.enter(call, id, moderator), roomMedia: (id) => rooms.media(id), pinTries: createPinTries(() => systemClock.now()),
    voicemail: (call, step) => voicemail.serve(call, step), goOn: (call, number, by, why, prefix) => goOn(world, call, number, by, why, prefix), goOnBy: (call, ...how) => goOnBy(world, call, ...how),
    askProgram: createProgramLine(createGuard(settings.webhooks.networks, { what: 'calls ask', setting: 'WEBHOOK_NETWORKS' })),
    lastCaller: (...extension) => lastCalls.lastCaller(...extension), lastCalled: (...extension) => lastCalls.lastCalled(...extension), lastDialled: (...extension) => lastCalls.lastDialled(...extension),
    audit: (actor, entry) => database.change(actor, async () => ({ result: undefined, audit: entry })),
    sleepers: push, completions: createCompletions({ events, isFree: (id) => isFree(world, id), recall: (wish) => recall(world, wish) }),
    parking: createParking(events, (tenantId, slot) => holderOf(directory.snapshot(), tenantId, slot) !== undefined),
    lockToll: (...locked) => toll.lock(...locked), warnSpending: (...warning) => toll.warn(...warning),
    help: { callBackFor: (tenantId, number) => help.callBackFor(tenantId, number), shownBy: (call) => help.shownBy(call), referenceOf: (call) => help.referenceOf(call), referenceForTest: (tenantId, located) => help.referenceForTest(tenantId, located), tested: (call, located, untold) => help.tested(call, located, untold) },
    desks: { isPin: (...pin) => voicemail.isPin(...pin), logIn: (...login) => shared.desks.logIn(...login), logOut: (...login) => shared.desks.logOut(...login) },
    contactName: createContactNames({ database, logger }), isContact: createIsContact({ database, logger }), findSound: (name, tenantId) => options.prompts.own.find(name, tenantId),
  }

  await forgetScreened(world)
  const shared = openSharedPhones({ directory, registrar, events, clock: systemClock, logger })
  const mail = await openMailRoom({ database, secrets, logger })
  const records = createCallRecordWriter({ database, events, logger, home, onMissed: createMissedCallMail({ mail, snapshot: () => directory.snapshot() }) })
  const traces = createTraces({ database, sip, events, logger, home, complete: options.signalling.trace !== undefined })
  const hep = settings.hep && openHepSender(settings.hep, logger)
  if (hep && settings.hep) {
    const identity = settings.hep
    sip.onWire((messages) => messages.forEach((message) => hep.send(hepPacket(message, identity))))
  }
  const recordings = await openRecordingRoom({ world, database, secrets, logger, home, sounds: options.sounds, keepDays: settings.keep.historyDays })
  const toll = createTollDoor({ database, logger, charges, rates, directory, mail, events })
  const help = await openHelpRecords({ secrets, publicUrl: settings.http.publicUrl, database, logger, home, registry, directory, events, mail, registrar, sip })
  const placeTests = startPlaceTests({ database, logger, directory, events, mail, test: (what) => testPlace(world, what) })
  const voicemail = await openVoicemailRoom({
    mail,
    world, database, secrets, logger, home, sounds: options.sounds, desk: options.prompts, deadEnd: (tenantId, number) => deadEnd(directory.snapshot(), tenantId, number),
  })
  const history = createHistory(database, records.journal)
  const lastCalls = createLastCalls(database, records.journal)
  const retention = startRetention({ database, logger, sweepRecordings: async () => (await recordings.sweep()) + (await voicemail.sweep()) + (await mail.sweep()) + (await messaging.sweep()), keep: settings.keep })
  const rooms = createRooms(world, (call) => {
    recordings.control(call, 'start', 'conference').catch((error: unknown) => {
      if (!call.over) call.log.error({ err: error }, `the conference is not recorded: ${messageOf(error)}`)
    })
  })
  const watchdog = watchForStuckCalls(world)
  const minutes = watchMinutes(world)
  const spending = watchSpending(world)
  const stopCodes = watchTransferCodes(world)
  const recent = rememberRecent(events)
  const metrics = createMetrics({ events, media, database, engine: options.signalling.status, registrar, shield, activeCalls: () => registry.size })

  const takeover = await createTakeover({
    world, home, logger,
    recordAgain: (call) => void recordings.control(call, 'start', 'automatic').catch((error: unknown) => call.log.error({ err: error }, `the call is not recorded again: ${messageOf(error)}`)),
  })
  await takeover.begin()

  const publications = createPublications({ directory, settings })
  const lamps = createLamps({ publications, directory, events, parking: world.parking, contactsOf: (id) => registrar.contactsOf(id), messages: (id) => voicemail.counts.of(id), settings })
  const unsolicited = createUnsolicited({ directory, events, sip, registrar, messages: voicemail.counts, subscribes: (...phone) => lamps.watchesMessages(...phone), logger })

  const messaging = await openMessagingRoom({ database, secrets, logger, directory, events, clock: systemClock, registrar, sip })

  const provisioning = openProvisioning({ database, directory, secrets, settings, logger, clock: systemClock, registrar, registry, events, sip, shield, listening: () => sip.listening, srtp: () => media.capabilities.srtp.length > 0 })

  let stopping = false
  const drainer = createDrainer({ registry, database, directory, logger })
  const wakeUps = await startWakeUps({ database, directory, logger, now: () => systemClock.now(), paused: () => drainer.on, isEngaged: ({ tenantId, id }) => registry.list(tenantId).some((call) => call.legs.some((leg) => leg.origin.extensionId === id && !leg.over)), wake: (due) => wake(world, due), tell: (...told) => tellDesk(world, ...told) })
  const entrance = startEntrance({
    sip, directory, registrar, watchers, lamps, publications, messaging, shield, trunks, settings, secrets, logger,
    onCall: (invite, caller) => {
      if (stopping || (drainer.on && !isForHelp(world, invite, caller))) return invite.reply(503, { reason: 'Stopping', headers: { 'Retry-After': '30' } })
      takeCall(world, invite, caller)
    },
  })

  const { lane } = options.signalling
  const lender = lane && startLender({ lane, directory, registrar, events, nonces: entrance.nonces, settings, secrets })

  const calls = createCallDoor({ world, database, logger, recordings, history, recent, traces })

  return {
    extensions: guardExtensions(directory, (tenantId, id) => voicemail.forget(tenantId, id)),
    devices: directory.devices, softphones: directory.softphones, sharedPhones: shared.door,
    registrations: {
      list: (actor) => registrar.list(actor.tenantId),
      remove: (actor, id) => registrar.remove(actor, id),
    },
    calls,
    conferences: {
      ...guardConferences(directory),
      live: (actor) => rooms.live(actor.tenantId),
      async steer(actor, id, action) {
        const view = await rooms.steer(actor.tenantId, id, action, actor.name)
        await auditIfPossible(database, logger, actor, { action: `conference.${action}`, subjectType: 'conference', subjectId: id, after: { number: view.number } })
        return view
      },
      async steerParty(actor, id, callId, action) {
        const view = await rooms.steerParty(actor.tenantId, id, callId, action, actor.name)
        const party = view.parties.find((one) => one.callId === callId)
        await auditIfPossible(database, logger, actor, { action: `conference.${action}`, subjectType: 'conference', subjectId: id, after: { number: view.number, call: callId, party: party?.number } })
        return view
      },
    },
    ringGroups: guardRingGroups(directory, options.prompts),
    schedules: guardSchedules(directory),
    parkLots: guardParkLots(directory, world.parking),
    pagingGroups: guardPagingGroups(directory),
    applications: guardApplications({ directory, ask: world.askProgram }),
    phones: provisioning.door,
    toll: toll.door,
    stir: createStirDoor({ directory, publicUrl: settings.http.publicUrl }),
    clickToDial: createClickDoor({ directory, history }),
    push: push.door,
    rates: createRatesDoor({ database, directory, room: rates }),
    blockedCallers: directory.blockedCallers,
    speedDials: guardSpeedDials(directory),
    ...createHelpDoors({ database, directory, registrar, records: help, events, tests: placeTests }),
    attendants: guardAttendants(directory, options.prompts),
    trunks: createTrunksDoor({ directory, room: trunks, registry, tls: certificates !== undefined, publicUrl: settings.http.publicUrl, codecs: settings.media.codecs }),
    inboundNumbers: guardInboundNumbers(directory),
    outboundRoutes: guardOutboundRoutes(directory),
    pinSets: guardPinSets(directory),
    routing: createRoutingDoor({ directory, registrar, registry, charges, defaults: { ringSeconds: settings.calls.ringSeconds } }),
    shield: createShieldDoor({ shield, database, directory, registrar, clock: systemClock }),
    recordings: recordings.door,
    voicemail: voicemail.door,
    mail: mail.door,
    messages: messaging.door,
    wakeUps: wakeUpStore,
    callSettings: createCallSettingsDoor(directory),
    prompts: createPromptDoor(database, options.prompts),
    certificates: {
      list: () => certificatesOf(certificates, systemClock.now()),
      async read(actor) {
        if (!certificates) throw new Refusal('conflict', 'Nothing is served over TLS here, so there are no certificates to read.')
        await database.change(actor, async () => {
          await certificates.read()
          return { result: undefined, audit: { action: 'certificates.read', subjectType: 'system', subjectId: actor.tenantId } }
        })
        return certificatesOf(certificates, systemClock.now())
      },
    },
    targets: createTargets({ names: options.signalling.names, database, directory }),
    mediaServers: createMediaServersDoor({ media, database, directory }),
    testAudio: () => testAudio(media),
    tell: (actor, type, data) => events.emit(type, actor.tenantId, data),
    subscribe: (actor, listener) =>
      events.subscribe((event) => {
        if (event.tenantId === actor.tenantId) listener(event)
      }),
    async metrics(actor) {
      if (directory.snapshot().tenant(actor.tenantId)?.isDefault !== true) throw new Refusal('forbidden', 'These figures are of all tenants of this system; only those who run it can see them.')
      return metrics.text()
    },
    health: () => healthOf({ directory, publicUrl: settings.http.publicUrl, engine: options.signalling.status, shield, database, media, sip, certificates, stuckCalls: watchdog.stuck, draining: drainer.on ? drainer.state() : undefined, pendingRows: records.journal.pending, unstoredRecordings: recordings.failing + voicemail.failing }),
    sipAddresses: () => [...sip.listening],
    drained: { state: () => drainer.state(), begin: (actor, thenStop) => drainer.beginFor(actor, thenStop), end: (actor) => drainer.endFor(actor) },
    drain: () => drainer.begin(true),
    onDrained: (listener) => drainer.onOver(listener),
    async close() {
      if (stopping) return
      stopping = true
      const wakeUpsClosed = wakeUps.close()
      // Where the engine goes on, so do the calls.
      if (sip.keepsCalls && sip.connected) await takeover.leave()
      for (const call of registry.all()) hangUp(world, call, terminate('server-stopping', 'system'))
      await within(registry.idle(), GOODBYE_MS)
      await wakeUpsClosed
      await lender?.close()
      entrance.close()
      watchers.close()
      lamps.close()
      unsolicited.close()
      provisioning.close()
      publications.close()
      await push.close()
      if (sip.keepsCalls) await sip.close()
      world.completions.close()
      shared.close()
      watchdog.stop()
      minutes.stop()
      spending.stop()
      stopCodes()
      rooms.close()
      stopDirectoryNews()
      stopNames()
      trunks.close()
      retention.stop()
      recent.close()
      await voicemail.close()
      await placeTests.close()
      await help.close()
      await messaging.close()
      await mail.close()
      await recordings.close()
      await takeover.close()
      await traces.close()
      await records.close()
      await closeCharges()
      metrics.close()
      await shield.close()
      stopGone?.()
      await registrar.close()
      await directory.close()
      await sip.close()
      await hep?.close()
    },
  }
}
