/** Every route for every kind of asker: made from the list of routes, so that a new one cannot be left out. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { Actor } from '../../config/actor.ts'
import type { Route } from '../../api/http/define-route.ts'
import { builtInRoles, permissionNames, permissions } from '../../api/identity/permissions.ts'
import { routes } from '../../api/routes.ts'
import type { ApiClient } from '../support/http-client.ts'
import { errorOf, openGround, type Ground } from './ground.ts'
import { connect, loggedCall, newConnection } from './fake-crm.ts'
import { waitingMessage } from './fake-messages.ts'
import { ratesOf } from './fake-rates.ts'
import { sharedPhone } from './fake-shared-phones.ts'
import { lockedExtension } from './fake-toll.ts'

let ground: Ground
let wav: string
let ownExtension = ''
let number = 1000
let sip = 0

/** A fresh id of the administrator's tenant for routes with one. */
const subjects: Record<string, () => Promise<string> | string> = {
  user: async () => (await ground.person(['user'])).id,
  // The administrator's own second session: ending it disturbs nobody.
  session: async () => {
    // With a passkey the password alone opens nothing.
    await ground.database.system('test', (trx) => trx('user_passkeys').delete())
    const elsewhere = ground.client()
    await elsewhere.signIn()
    return (await elsewhere.get<{ id: string; current: boolean }[]>('/auth/sessions?limit=100')).find(({ current }) => current)!.id
  },
  token: async () => (await ground.program(['calls.read'])).id,
  extension: async () => (await newExtension()).extension.id,
  device: async () => (await newExtension()).credentials.deviceId,
  sharedPhone: async () => sharedPhone(ground.admin, (await newExtension()).credentials.deviceId),
  registration: () => ground.pbx.addRegistration(ground.tenantId).id,
  call: () => ground.pbx.addCall(ground.tenantId).id,
  // From the administrator's own extension.
  ownCall: () => {
    const call = ground.pbx.addCall(ground.tenantId, { from: { number: '100', name: 'Ada', extensionId: ownExtension } })
    Object.assign(call.legs[0]!, { extensionId: ownExtension })
    return call.id
  },
  dialToken: async () => (await ground.admin.post<{ apiToken: { id: string } }>('/auth/dial-tokens', bodies['createDialToken']?.())).apiToken.id,
  conference: () => ground.pbx.addConference(ground.tenantId, String(++number)).id,
  ringGroup: async () => (await ground.admin.post<{ id: string }>('/ring-groups', { number: String(++number), name: 'Subject' })).id,
  trunk: async () => (await ground.admin.post<{ id: string }>('/trunks', { name: `Carrier ${++number}`, host: 'sip.carrier.example' })).id,
  rates: async () => ratesOf(ground.tenantId, (await ground.admin.post<{ id: string }>('/trunks', { name: `Carrier ${++number}`, host: 'sip.carrier.example' })).id),
  inboundNumber: async () => (await ground.admin.post<{ id: string }>('/inbound-numbers', { number: `+1555${++number}`, name: 'Main', destination: '100' })).id,
  outboundRoute: async () => (await ground.admin.post<{ id: string }>('/outbound-routes', { name: `Out ${++number}`, pattern: '0.', trunkIds: [randomUUID()] })).id,
  ban: () => ground.pbx.addBan(ground.tenantId).id,
  mediaServer: () => encodeURIComponent(ground.pbx.addMediaServer(ground.tenantId).address),
  allowed: () => ground.pbx.addAllowed(ground.tenantId).id,
  prompt: () => 'busy',
  change: async () => {
    const { extension: { id } } = await newExtension()
    const actor: Actor = { kind: 'user', tenantId: ground.tenantId, id: randomUUID(), name: 'test', permissions: new Set() }
    const audit = { action: 'extension.update', subjectType: 'extension', subjectId: id, before: { name: 'Before' }, after: { name: 'Subject' } }
    await ground.database.change(actor, async () => ({ result: undefined, audit }))
    const [row] = await ground.admin.get<{ id: string }[]>(`/audit?subjectId=${id}`)
    return row!.id
  },
  mailbox: () => ground.pbx.addMailbox(ground.tenantId).id,
  voiceMessage: () => ground.pbx.addMessage(ground.tenantId).id,
  emergencyCall: () => ground.pbx.addEmergencyCall(ground.tenantId).id,
  extensionNumber: () => '100',
  emergencySite: async () => (await ground.admin.post<{ id: string }>('/emergency/sites', { name: `Site ${++number}` })).id,
  emergencyLocation: async () => (await ground.admin.post<{ id: string }>('/emergency/locations', { siteId: randomUUID(), name: `Place ${++number}` })).id,
  emergencyNetwork: async () => (await ground.admin.post<{ id: string }>('/emergency/networks', { kind: 'network', value: `192.0.2.${++number % 250}`, locationId: randomUUID() })).id,
  featureCode: () => 'do-not-disturb-on',
  tollLock: () => lockedExtension(ground.tenantId),
  waitingMessage: () => waitingMessage(ground.tenantId),
  pinSet: async () => (await ground.admin.post<{ id: string }>('/pin-sets', { name: `Abroad ${++number}` })).id,
  blockedCaller: async () => (await ground.admin.post<{ id: string }>('/blocked-callers', { number: `+1555${++number}`, name: 'Again and again' })).id,
  speedDial: async () => (await ground.admin.post<{ id: string }>('/speed-dials', { number: String(++number % 10_000), name: 'Head office', target: '+12025550123' })).id, wakeUp: async () => (await ground.admin.post<{ id: string }>('/wake-ups', { extensionId: randomUUID(), time: '07:30' })).id, pagingGroup: async () => (await ground.admin.post<{ id: string }>('/paging-groups', { number: String(++number), name: 'Hall' })).id,
  application: async () => (await ground.admin.post<{ id: string }>('/applications', { number: String(++number), name: 'Front desk', url: 'https://example.com/calls', fallback: '100' })).id,
  phone: async () => (await ground.admin.post<{ id: string }>('/phones', { name: 'Reception', vendor: 'acme', model: 'A1', mac: '805ec0123456', lines: [] })).id,
  parkLot: async () => (await ground.admin.post<{ id: string }>('/park-lots', { number: String(++number), name: 'Parking', firstSlot: '5901', lastSlot: '5999' })).id,
  schedule: async () => (await ground.admin.post<{ id: string }>('/schedules', { number: String(++number), name: 'Hours', open: '100', closed: '101' })).id,
  attendant: async () => (await ground.admin.post<{ id: string }>('/attendants', { number: String(++number), name: 'Front door', greeting: 'Welcome.' })).id,
  contact: async () => (await ground.admin.post<{ id: string }>('/contacts', { name: `Ada ${++number}` })).id,
  mail: () => ground.pbx.addMail(ground.tenantId).id,
  passkey: newPasskey,
  signInProvider: async () => (await ground.admin.post<{ id: string }>('/sign-in-providers', { name: `Company ${++number}`, issuer: 'http://127.0.0.1:9', clientId: 'dialplane' })).id,
  recording: () => ground.pbx.addRecording(ground.tenantId, wav).id,
  webhook: newWebhook, crmConnection: () => connect(ground, ++number), crmCall: async () => loggedCall(ground, await connect(ground, ++number)), backup: newBackup,
  webhookDelivery: async () => {
    const id = randomUUID()
    const row = { id, tenant_id: ground.tenantId, webhook_id: await newWebhook(), event_id: randomUUID(), event_type: 'call.ended', order_key: id, body: '{}', delivered_at: new Date() }
    await ground.database.system('test', (trx) => trx('webhook_deliveries').insert(row))
    return id
  },
}

const subjectOf: Record<string, keyof typeof subjects> = {
  getUser: 'user', updateUser: 'user', deleteUser: 'user', listUserSessions: 'user', endUserSession: 'session', endOwnSession: 'session', deleteToken: 'token',
  getExtension: 'extension', updateExtension: 'extension', deleteExtension: 'extension', createDevice: 'extension',
  updateDevice: 'device', sharePhone: 'device', unsharePhone: 'sharedPhone', logOutAtPhone: 'sharedPhone', deleteDevice: 'device', renewDeviceCredentials: 'device', deleteRegistration: 'registration',
  getOwnCall: 'ownCall', hangUpOwnCall: 'ownCall', nameCrmRecord: 'ownCall', transferOwnCall: 'ownCall', holdOwnCall: 'ownCall', sendDigitsToOwnCall: 'ownCall', deleteDialToken: 'dialToken', getClickToDialConfig: 'extension', setClickToDialConfig: 'extension', listClickToDialHistory: 'extension', dialFromExtension: 'extension',
  getCall: 'call', getCallTrace: 'call', getCallCapture: 'call', hangUpCall: 'call', superviseCall: 'call', transferCall: 'call', holdCall: 'call', playToCall: 'call', stopPlayingToCall: 'call', sendDigitsToCall: 'call', recordCall: 'call', getRecordingAudio: 'recording',
  getConference: 'conference', updateConference: 'conference', deleteConference: 'conference', steerConference: 'conference', steerConferenceParty: 'conference',
  drainMediaServer: 'mediaServer', resumeMediaServer: 'mediaServer',
  updateFeatureCode: 'featureCode', resetFeatureCode: 'featureCode', getPromptAudio: 'prompt', replacePrompt: 'prompt', revertPrompt: 'prompt',
  getRecording: 'recording', getRecordingWav: 'recording', getRecordingPeaks: 'recording', deleteRecording: 'recording', holdRecording: 'recording', releaseRecording: 'recording',
  getRingGroup: 'ringGroup', updateRingGroup: 'ringGroup', deleteRingGroup: 'ringGroup', getRingGroupGreeting: 'ringGroup', setRingGroupRecording: 'ringGroup', removeRingGroupRecording: 'ringGroup',
  getTrunk: 'trunk', updateTrunk: 'trunk', deleteTrunk: 'trunk', testTrunk: 'trunk', importRates: 'trunk', exportRates: 'rates', deleteRates: 'rates', getInboundNumber: 'inboundNumber', updateInboundNumber: 'inboundNumber', deleteInboundNumber: 'inboundNumber',
  getOutboundRoute: 'outboundRoute', updateOutboundRoute: 'outboundRoute', deleteOutboundRoute: 'outboundRoute',
  getPinSet: 'pinSet', updatePinSet: 'pinSet', deletePinSet: 'pinSet',
  getMailbox: 'mailbox', updateMailbox: 'mailbox', setMailboxPin: 'mailbox', getGreetingAudio: 'mailbox', setGreeting: 'mailbox', removeGreeting: 'mailbox',
  getVoiceMessage: 'voiceMessage', getVoiceMessageAudio: 'voiceMessage', getVoiceMessageWav: 'voiceMessage', markVoiceMessage: 'voiceMessage', forwardVoiceMessage: 'voiceMessage', deleteVoiceMessage: 'voiceMessage',
  getEmergencySite: 'emergencySite', updateEmergencySite: 'emergencySite', deleteEmergencySite: 'emergencySite', getEmergencyLocation: 'emergencyLocation', updateEmergencyLocation: 'emergencyLocation', deleteEmergencyLocation: 'emergencyLocation', listLocationTests: 'emergencyLocation',
  getEmergencyNetwork: 'emergencyNetwork', updateEmergencyNetwork: 'emergencyNetwork', deleteEmergencyNetwork: 'emergencyNetwork', getLocatedDevice: 'device', placeDevice: 'device', confirmPlace: 'device', reportNetwork: 'device', placeTrunk: 'trunk',
  getNomadicLocation: 'extensionNumber', updateNomadicLocation: 'extensionNumber', getEmergencyCall: 'emergencyCall', acknowledgeEmergencyCall: 'emergencyCall',
  getBlockedCaller: 'blockedCaller', updateBlockedCaller: 'blockedCaller', deleteBlockedCaller: 'blockedCaller',
  getSpeedDial: 'speedDial', updateSpeedDial: 'speedDial', deleteSpeedDial: 'speedDial', getWakeUp: 'wakeUp', updateWakeUp: 'wakeUp', deleteWakeUp: 'wakeUp', getPagingGroup: 'pagingGroup', updatePagingGroup: 'pagingGroup', deletePagingGroup: 'pagingGroup',
  getApplication: 'application', updateApplication: 'application', deleteApplication: 'application', renewApplicationSecret: 'application', tryOutApplication: 'application',
  getPhone: 'phone', updatePhone: 'phone', deletePhone: 'phone', createPhoneLink: 'phone', showPhoneAdminPassword: 'phone', resyncPhone: 'phone', getPhoneSettings: 'phone',
  getParkLot: 'parkLot', updateParkLot: 'parkLot', deleteParkLot: 'parkLot',
  getSchedule: 'schedule', updateSchedule: 'schedule', deleteSchedule: 'schedule', getAttendant: 'attendant', updateAttendant: 'attendant', deleteAttendant: 'attendant',
  getAttendantGreeting: 'attendant', setAttendantRecording: 'attendant', removeAttendantRecording: 'attendant',
  resetSecondFactor: 'user', renamePasskey: 'passkey', removePasskey: 'passkey', getSignInProvider: 'signInProvider', updateSignInProvider: 'signInProvider', deleteSignInProvider: 'signInProvider', testSignInProvider: 'signInProvider', unlockToll: 'tollLock', discardMessage: 'waitingMessage',
  getWebhook: 'webhook', updateWebhook: 'webhook', deleteWebhook: 'webhook', renewWebhookSecret: 'webhook', testWebhook: 'webhook', listWebhookDeliveries: 'webhook', replayWebhook: 'webhook', replayWebhookDelivery: 'webhookDelivery',
  getCrmConnection: 'crmConnection', updateCrmConnection: 'crmConnection', deleteCrmConnection: 'crmConnection', testCrmConnection: 'crmConnection', listCrmCalls: 'crmConnection', replayCrmConnection: 'crmConnection', replayCrmCall: 'crmCall', getBackup: 'backup', downloadBackup: 'backup', tryBackup: 'backup', deleteBackup: 'backup',
  retryMail: 'mail', discardMail: 'mail',
  getContact: 'contact', updateContact: 'contact', deleteContact: 'contact',
  undoAuditEvent: 'change', deleteBan: 'ban', deleteAllowedNetwork: 'allowed',
}

const bodies: Record<string, () => unknown> = {
  completeSetup: () => ({ token: 'x', name: 'A', email: 'a@example.test', password: 'twelve is enough' }), subscribePush: () => ({ endpoint: 'https://push.example.com/x', keys: { p256dh: 'B'.repeat(87), auth: 'a'.repeat(22) } }),
  login: () => ({ email: 'nobody@example.test', password: 'x' }),
  changePassword: () => ({ current: 'wrong', next: 'something much longer' }),
  verifySignIn: () => ({ challenge: 'x', code: '000000' }),
  beginRequiredEnrolment: () => ({ challenge: 'x' }),
  confirmRequiredEnrolment: () => ({ challenge: 'x', code: '000000' }),
  setUpAuthenticator: () => ({ password: 'wrong' }),
  confirmAuthenticator: () => ({ code: '000000' }),
  renewRecoveryCodes: () => ({ password: 'wrong', code: '000000' }),
  disableSecondFactor: () => ({ password: 'wrong', code: '000000' }),
  beginPasskey: () => ({ password: 'wrong' }),
  addPasskey: () => ({ name: 'Key', passkey: { ...passkey, response: { clientDataJSON: 'e30', attestationObject: 'oA' } } }),
  renamePasskey: () => ({ name: 'Blue' }),
  removePasskey: () => ({ password: 'wrong' }),
  signInWithPasskey: () => ({ passkey: { ...passkey, response: { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA' } } }),
  beginPasskeyStep: () => ({ challenge: 'x' }),
  verifyPasskeyStep: () => ({ challenge: 'x', passkey: { ...passkey, response: { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA' } } }),
  beginRequiredPasskey: () => ({ challenge: 'x' }),
  addRequiredPasskey: () => ({ challenge: 'x', name: 'Key', passkey: { ...passkey, response: { clientDataJSON: 'e30', attestationObject: 'oA' } } }),
  createSignInProvider: () => ({ name: `Company ${++number}`, issuer: 'http://127.0.0.1:9', clientId: 'dialplane' }),
  updateSignInProvider: () => ({ createsUsers: false }),
  beginProviderSignIn: () => ({ providerId: randomUUID() }),
  finishProviderSignIn: () => ({ state: 'x', code: 'x' }),
  updateSignInPolicy: () => ({ secondFactor: 'optional' }),
  previewHeaders: () => ({ direction: 'out', rules: [{ direction: 'out', action: 'add', header: 'X-Account', value: '{tenant}' }], message: 'INVITE sip:1@example.test SIP/2.0' }),
  createUser: () => ({ name: 'New', email: `${randomUUID()}@example.test`, password: 'horses staple clouds', roles: ['user'] }),
  updateUser: () => ({ name: 'Renamed' }),
  createToken: () => ({ name: 'program', permissions: ['calls.read'] }),
  createExtension: () => ({ number: String(++number), name: 'New' }),
  updateExtension: () => ({ name: 'Renamed' }),
  importBlockedCallers: () => ({ csv: `number\n+1555${++number}\n`, trial: true }), setOwnBlockedCallers: () => ({ blockedCallers: [{ number: '+1900*', name: 'Sells things' }] }), importSpeedDials: () => ({ csv: `number,name,target\n${++number % 10_000},Head office,101\n`, trial: true }), setOwnSpeedDials: () => ({ speedDials: [{ number: '01', name: 'Home', target: '+12025550123' }] }), createWakeUp: () => ({ extensionId: randomUUID(), time: '07:30', repeats: 'daily' }), updateWakeUp: () => ({ time: '08:00' }), updateCallSettings: () => ({ transferSeconds: 25 }), createSpeedDial: () => ({ number: String(++number % 10_000), name: 'Head office', target: '101' }), updateSpeedDial: () => ({ name: 'Branch' }),
  importExtensions: () => ({ csv: `number,name\n${++number},New\n`, trial: true }),
  createDevice: () => ({ name: `Device ${++sip}` }), updateDevice: () => ({ enabled: false }), sharePhone: () => ({ calls: 'help', hours: null, at: '18:30' }),
  dialCall: () => ({ extensionId: randomUUID(), to: '+1 (202) 555-0123' }),
  setClickToDialConfig: () => ({ autoAnswer: true, ringSeconds: 15 }),
  dialFromExtension: () => ({ to: '+1 (202) 555-0123' }),
  nameCrmRecord: () => ({ recordId: '4711' }), updateDialPages: () => ({ origins: ['https://crm.example.com'] }), transferOwnCall: () => ({ to: '102' }),
  holdOwnCall: () => ({ on: true }),
  sendDigitsToOwnCall: () => ({ digits: '1#' }),
  dialOwnCall: () => ({ to: '+1 (202) 555-0123' }),
  createDialToken: () => ({ name: 'CRM', expiresAt: new Date(Date.now() + 86_400_000).toISOString() }),
  transferCall: () => ({ side: 'callee', to: '102' }),
  holdCall: () => ({ side: 'callee', on: true }),
  playToCall: () => ({ text: 'One moment.' }),
  sendDigitsToCall: () => ({ side: 'callee', digits: '1#' }),
  superviseCall: () => ({ extensionId: randomUUID(), side: 'callee', mode: 'listen' }),
  createConference: () => ({ number: String(++number), name: 'New', pin: '1234' }),
  updateConference: () => ({ name: 'Renamed', pin: null }),
  createRingGroup: () => ({ number: String(++number), name: 'New', strategy: 'in-turn' }),
  updateRingGroup: () => ({ name: 'Renamed', noAnswer: null }),
  createTrunk: () => ({ name: `Carrier ${++number}`, host: 'sip.carrier.example', username: 'a', password: 'b', register: true }),
  updateTrunk: () => ({ emergency: true }),
  createInboundNumber: () => ({ number: `+1555${++number}`, name: 'Main', destination: '100' }),
  updateInboundNumber: () => ({ destination: '101', byCaller: [{ caller: '+1202*', destination: '102' }] }),
  createOutboundRoute: () => ({ name: `Out ${++number}`, pattern: '0.', strip: 1, trunkIds: [randomUUID()] }),
  updateOutboundRoute: () => ({ prepend: '00', callers: ['2XX'] }),
  steerConference: () => ({ action: 'lock' }),
  steerConferenceParty: () => ({ callId: randomUUID(), action: 'mute' }),
  createBan: () => ({ network: '198.51.100.0/24', note: 'Rings our phones at night' }),
  createAllowedNetwork: () => ({ network: '192.0.2.0/24', note: 'Office' }),
  recordCall: () => ({ action: 'start' }),
  replacePrompt: () => ({ text: 'We are busy.' }),
  updateFeatureCode: () => ({ code: '*61' }),
  previewSpeech: () => ({ text: 'We are busy.' }),
  holdRecording: () => ({ reason: 'Dispute' }),
  updateRecordingSettings: () => ({ days: 90, notice: 'beep' }),
  beginDrain: () => ({ thenStop: false }),
  updateMailbox: () => ({ keepDays: 30, operator: null }),
  setMailboxPin: () => ({ pin: '4711' }),
  setGreeting: () => ({ text: 'Ada is away.' }),
  markVoiceMessage: () => ({ heard: true }),
  forwardVoiceMessage: () => ({ mailboxIds: [randomUUID()] }),
  sendMessage: () => ({ to: '102', text: 'Your guest is here.' }),
  updateMessageSettings: () => ({ keepDays: 3 }),
  createEmergencySite: () => ({ name: `Site ${++number}`, street: 'Main Street' }),
  updateEmergencySite: () => ({ city: 'Springfield' }),
  createNomadicSite: () => ({ name: `Site ${++number}` }),
  updateNomadicLocation: () => ({ locationId: null, network: { bssid: '00:11:22:33:44:55' } }),
  createEmergencyLocation: () => ({ siteId: randomUUID(), name: `Place ${++number}` }),
  updateEmergencyLocation: () => ({ floor: '2' }),
  createEmergencyNetwork: () => ({ kind: 'network', value: '192.0.2.0/24', locationId: randomUUID() }),
  updateEmergencyNetwork: () => ({ kind: 'network', value: '192.0.2.0/25', locationId: randomUUID() }),
  updateEmergencySettings: () => ({ mailTo: ['ada@example.com'] }),
  testLocations: () => ({}), placeDevice: () => ({ locationId: null }),
  placeTrunk: () => ({ locationId: null }),
  importWireMap: () => ({ csv: 'kind,value,place\nnetwork,192.0.2.0/24,Lab\n', trial: true }),
  confirmPlace: () => ({ locationId: randomUUID() }),
  reportNetwork: () => ({ bssid: '00:11:22:33:44:55' }),
  importRates: () => ({ csv: 'prefix,price\n1,0.01\n', currency: 'USD' }),
  updateStirSettings: () => ({ certificateUrl: 'https://pbx.example/a.pem' }),
  updateTollSettings: () => ({ countries: ['CA'], perHour: 10 }),
  acknowledgeEmergencyCall: () => ({ note: 'On the way' }),
  createPinSet: () => ({ name: `Abroad ${++number}`, pins: [] }),
  updatePinSet: () => ({ name: `Abroad ${++number}` }),
  createBlockedCaller: () => ({ number: `+1555${++number}`, name: 'Again and again', action: 'busy' }),
  updateBlockedCaller: () => ({ enabled: false }),
  createPagingGroup: () => ({ number: String(++number), name: 'Hall', twoWay: true }), updatePagingGroup: () => ({ callers: ['2XX'] }),
  createApplication: () => ({ number: String(++number), name: 'Front desk', url: 'https://example.com/calls', fallback: '100' }),
  updateApplication: () => ({ answerMs: 1000 }),
  createPhone: () => ({ name: 'Reception', vendor: 'acme', model: 'A1', mac: '805ec0123456', lines: [randomUUID()] }),
  updatePhone: () => ({ language: 'de' }),
  setPhoneKeys: async () => ({ phoneIds: [await (subjects['phone'] as () => Promise<string>)()], keys: [] }),
  openForPhones: () => ({ hours: 8, networks: ['192.0.2.0/24'] }),
  resyncPhone: () => ({ restart: true }),
  createParkLot: () => ({ number: String(++number), name: 'Parking', firstSlot: '5901', lastSlot: '5999' }),
  updateParkLot: () => ({ timeoutSeconds: 60 }),
  createSchedule: () => ({ number: String(++number), name: 'Hours', open: '100', closed: '101', hours: [{ days: [1], from: '09:00', to: '17:00' }] }),
  updateSchedule: () => ({ override: 'closed' }),
  readCalendar: () => ({ calendar: 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:New Year\r\nDTSTART;VALUE=DATE:20270101\r\nEND:VEVENT\r\nEND:VCALENDAR' }),
  createAttendant: () => ({ number: String(++number), name: 'Front door', greeting: 'Welcome.', keys: { 1: '100' } }),
  updateAttendant: () => ({ directDial: true }),
  setAttendantRecording: () => ({ sound: Buffer.from('RIFF').toString('base64') }), setRingGroupRecording: () => ({ sound: Buffer.from('RIFF').toString('base64') }),
  setMailSettings: () => ({ host: 'smtp.example.com', port: 587, security: 'starttls', username: 'u', password: 'p', sender: 'phones@example.com', senderName: '' }),
  testMail: () => ({ to: 'ada@example.com' }),
  createWebhook: () => ({ name: `Hook ${++number}`, url: 'http://127.0.0.1:1/', events: ['call.ended'], enabled: false }),
  updateWebhook: () => ({ events: ['call.started', 'call.ended'] }),
  createCrmConnection: () => newConnection(++number), updateCrmConnection: () => ({ unknownCallers: 'create' }), updateBackupSettings: () => ({ keep: 3 }),
  setBackupKey: () => ({}),
  planConfiguration: () => ({ yaml: 'dialplane: 1' }),
  applyConfiguration: () => ({ yaml: 'dialplane: 1' }),
  createContact: () => ({ name: 'Ada', numbers: [{ label: 'Desk', number: '+1 (212) 555-0123' }] }),
  updateContact: () => ({ company: 'Analytical', numbers: [] }),
  importContacts: () => ({ csv: 'name,number1\nAda,+12125550123\n', trial: true }),
  updateContactSettings: () => ({ showNames: true, recordUrl: 'https://crm.example/{externalId}' }),
  lookUpSipTarget: () => ({ name: 'carrier.example' }),
}

/** Of routes that must be asked something. */
const queries: Record<string, string> = { explainRouting: '?to=100', getGreetingAudio: '?kind=busy', quoteRates: '?number=%2B12025550123', matchContacts: '?number=%2B12025550123', setGreeting: '?kind=busy', removeGreeting: '?kind=busy' }

/** What somebody gets who has no extension of the own, although they may call with it. */
const withoutExtension: Record<string, number> = { openSoftphone: 409, getOwnBlockedCallers: 409, setOwnBlockedCallers: 409, getOwnSpeedDials: 409, setOwnSpeedDials: 409, dialOwnCall: 409, getOwnCall: 404, hangUpOwnCall: 404, nameCrmRecord: 404, transferOwnCall: 404, holdOwnCall: 404, sendDigitsToOwnCall: 404 }

/** What an administrator gets where it is no success. */
const special: Record<string, number> = { completeSetup: 410, login: 401, changePassword: 422, verifySignIn: 401, beginRequiredEnrolment: 401, confirmRequiredEnrolment: 401, setUpAuthenticator: 422, confirmAuthenticator: 409, renewRecoveryCodes: 422, disableSecondFactor: 422,
  // The ground's panel is at a bare address, where there are no passkeys.
  beginPasskey: 409, addPasskey: 409, removePasskey: 422, beginPasskeyProof: 409, beginPasskeySignIn: 409, signInWithPasskey: 409, beginPasskeyStep: 401, verifyPasskeyStep: 401, beginRequiredPasskey: 401, addRequiredPasskey: 401, beginProviderSignIn: 401, finishProviderSignIn: 401 }

async function newWebhook(): Promise<string> {
  return (await ground.admin.post<{ webhook: { id: string } }>('/webhooks', bodies['createWebhook']?.())).webhook.id
}

const passkey = { id: 'AAAAAAAAAAAAAAAAAAAAAA', rawId: 'AAAAAAAAAAAAAAAAAAAAAA', type: 'public-key' }

async function newPasskey(): Promise<string> {
  const id = randomUUID()
  const { user } = await ground.admin.get<{ user: { id: string } }>('/auth/session')
  const row = { id, tenant_id: ground.tenantId, user_id: user.id, name: 'Red', credential_id: id, public_key: Buffer.alloc(1), counter: 0, transports: [], rp_id: 'pbx.example.test', synced: false }
  await ground.database.system('test', (trx) => trx('user_passkeys').insert(row))
  return id
}

/** One that lies there, as if it had been made. */
async function newBackup(): Promise<string> {
  const id = randomUUID()
  const file = `${id}.backup`
  await mkdir(ground.settings.backup.folder, { recursive: true })
  await writeFile(join(ground.settings.backup.folder, file), 'DIALPLANE-BACKUP')
  await ground.database.system('test', (trx) => trx('backups').insert({ id, file, asked_by: 'test', scheduled: false, state: 'done' }))
  return id
}

function newExtension(): Promise<{ extension: { id: string }; credentials: { deviceId: string } }> {
  return ground.admin.post('/extensions', { number: String(++number), name: 'Subject' })
}

async function ask(client: ApiClient, route: Route, id?: string) {
  const kind = subjectOf[route.operationId]
  if (route.path.includes('{')) assert.ok(kind, `${route.operationId} needs a subject here`)
  if (route.body) assert.ok(bodies[route.operationId], `${route.operationId} needs a body here`)
  const path = route.path.replace(/\{\w+\}/, id ?? (kind ? await subjects[kind]?.() : undefined) ?? '')
  return client.send(route.method.toUpperCase(), path + (queries[route.operationId] ?? ''), await bodies[route.operationId]?.())
}

before(async () => {
  ground = await openGround()
  ownExtension = (await newExtension()).extension.id
  // The PBX is played: what a person refers to must be in the database all the same.
  await ground.database.system('test', (trx) => trx('extensions').insert({ id: ownExtension, tenant_id: ground.tenantId, number: '100', name: 'Ada' }))
  const { user } = await ground.admin.get<{ user: { id: string } }>('/auth/session')
  await ground.admin.ask('PATCH', `/users/${user.id}`, { extensionId: ownExtension })
  wav = join(tmpdir(), `dialplane-matrix-${randomUUID()}.wav`)
  await writeFile(wav, 'RIFFdata')
})
after(async () => {
  await ground.close()
  await rm(wav)
})

test('every route names a permission of the catalogue, and every permission is used', () => {
  const used = new Set(routes.map((route) => route.permission))
  const unknown = [...used].filter((name) => name !== 'public' && name !== 'session' && !Object.hasOwn(permissions, name))
  assert.deepEqual(unknown, [])
  assert.deepEqual(permissionNames.filter((name) => !used.has(name)), [])
  assert.deepEqual(routes.map((route) => route.operationId).filter((id, at, all) => all.indexOf(id) !== at), [])
})

suite('without a credential', () => {
  for (const route of routes) {
    test(`${route.method} ${route.path}`, async () => {
      const answer = await ask(ground.client(), route)
      if (route.permission === 'public') assert.equal(answer.status, special[route.operationId] ?? 200)
      else assert.deepEqual([answer.status, errorOf(answer).code, answer.headers['www-authenticate']], [401, 'unauthenticated', 'Bearer'])
    })
  }
})

suite('as an administrator', () => {
  for (const route of routes) {
    test(`${route.method} ${route.path}`, async () => {
      // Logging out would end the session of all other tests.
      const client = route.operationId === 'logout' ? (await ground.person(['admin'])).client : ground.admin
      const answer = await ask(client, route)
      assert.equal(answer.status, special[route.operationId] ?? route.status ?? 200, answer.body.toString())
    })
  }
})

suite('in the role user', () => {
  const mine: readonly string[] = builtInRoles.find((role) => role.key === 'user')?.permissions ?? []
  for (const route of routes) {
    test(`${route.method} ${route.path}`, async () => {
      const { client } = await ground.person(['user'])
      const allowed = route.permission === 'public' || route.permission === 'session' || mine.includes(route.permission)
      const answer = await ask(client, route)
      // The subject is the administrator's: to anybody else an own thing of another person is not there.
      const success = route.permission === 'session' && route.path.includes('{') ? 404 : (withoutExtension[route.operationId] ?? special[route.operationId] ?? route.status ?? 200)
      assert.equal(answer.status, allowed ? success : 403, answer.body.toString())
    })
  }
})

suite('with a token', () => {
  for (const route of routes.filter((one) => one.permission !== 'public')) {
    test(`${route.method} ${route.path}`, async () => {
      const others = permissionNames.filter((name) => name !== route.permission)
      const without = await ask((await ground.program(others)).client, route)
      assert.deepEqual([without.status, errorOf(without).code], [403, 'forbidden'])
      if (route.permission === 'session') return
      const alone = await ask((await ground.program([route.permission])).client, route)
      // Tokens make no tokens, nobody handles a person who may do more, undoing needs what doing needed, and webhooks and CRMs tell nobody what they may not see.
      const expected = ['createWebhook', 'updateWebhook', 'listWebhookDeliveries', 'createCrmConnection', 'updateCrmConnection', 'listCrmCalls', 'createToken', 'createUser', 'updateUser', 'deleteUser', 'endUserSession', 'resetSecondFactor', 'createSignInProvider', 'updateSignInProvider', 'deleteSignInProvider', 'testSignInProvider', 'undoAuditEvent', 'openSoftphone', 'getPush', 'subscribePush', 'unsubscribePush'].includes(route.operationId) ? 403 : (route.status ?? 200)
      assert.equal(alone.status, expected, alone.body.toString())
    })
  }
})

suite('as the administrator of another tenant', () => {
  let client: ApiClient
  before(async () => {
    client = (await ground.stranger()).client
  })
  for (const route of routes.filter((one) => one.path.includes('{id}') || subjectOf[one.operationId] === 'extension')) {
    test(`${route.method} ${route.path} is not there`, async () => {
      const answer = await ask(client, route)
      assert.deepEqual([answer.status, errorOf(answer).code], [404, 'not-found'])
    })
  }
  for (const route of routes.filter((one) => one.method === 'get' && one.permission !== 'public' && one.response && one.query && !one.path.includes('{') && one.operationId !== 'listRoles' && !(one.operationId in queries))) {
    test(`${route.method} ${route.path} shows nothing of ours`, async () => {
      const idsFor = async (who: ApiClient) => ((await who.send('GET', `${route.path}?limit=100`)).json as { data: { id: string }[] }).data.map(({ id }) => id)
      const ours = new Set(await idsFor(ground.admin))
      assert.deepEqual((await idsFor(client)).filter((id) => ours.has(id)), [])
    })
  }
})
