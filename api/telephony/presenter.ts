import type { z } from 'zod'
import { isoOf } from '../http/fields.ts'
import type { Device as DeviceOfPbx, Extension as ExtensionOfPbx, RegistrationView, SipCredentials as CredentialsOfPbx } from '../../pbx/index.ts'
import type { Device, Extension, Registration, SipCredentials } from './schemas.ts'

export function presentDevice(device: DeviceOfPbx): z.input<typeof Device> {
  return {
    id: device.id,
    extensionId: device.extensionId,
    name: device.name,
    sipUsername: device.sipUsername,
    phoneId: device.phoneId,
    enabled: device.enabled,
    version: device.version,
    credentialsChangedAt: isoOf(device.credentialsChangedAt),
    createdAt: isoOf(device.createdAt),
    updatedAt: isoOf(device.updatedAt),
  }
}

export function presentExtension(extension: ExtensionOfPbx): z.input<typeof Extension> {
  return {
    id: extension.id,
    number: extension.number,
    name: extension.name,
    ringSeconds: extension.ringSeconds,
    maxContacts: extension.maxContacts,
    contactsFull: extension.contactsFull,
    enabled: extension.enabled,
    recording: extension.recording,
    recordingDays: extension.recordingDays,
    encryption: extension.encryption,
    forwardAlways: extension.forwardAlways,
    forwardBusy: extension.forwardBusy,
    forwardNoAnswer: extension.forwardNoAnswer,
    forwardUnreachable: extension.forwardUnreachable,
    doNotDisturb: extension.doNotDisturb,
    lampNumbers: extension.lampNumbers,
    vipNumbers: extension.vipNumbers,
    blockedCallers: extension.blockedCallers,
    missedCallMail: extension.missedCallMail,
    callLimit: extension.callLimit,
    outsideCalls: extension.outsideCalls,
    outsideNumber: extension.outsideNumber,
    outsideAtOnce: extension.outsideAtOnce,
    outsidePerMinute: extension.outsidePerMinute,
    pickupGroup: extension.pickupGroup,
    supervises: extension.supervises,
    pageable: extension.pageable,
    listed: extension.listed,
    screening: extension.screening,
    speedDials: extension.speedDials,
    followMe: extension.followMe,
    followMeOwnPhones: extension.followMeOwnPhones,
    followMeTo: extension.followMeTo,
    voicemail: extension.voicemail,
    version: extension.version,
    devices: extension.devices.map(presentDevice),
    createdAt: isoOf(extension.createdAt),
    updatedAt: isoOf(extension.updatedAt),
  }
}

export function presentCredentials(credentials: CredentialsOfPbx): z.input<typeof SipCredentials> {
  return {
    deviceId: credentials.deviceId,
    username: credentials.username,
    password: credentials.password,
    domain: credentials.domain,
    port: credentials.port,
    transports: credentials.transports,
  }
}

/** The same shape over HTTP and in live events. */
export function presentRegistration(registration: RegistrationView): z.input<typeof Registration> {
  return {
    id: registration.id,
    extensionId: registration.extensionId,
    extensionNumber: registration.extensionNumber,
    extensionName: registration.extensionName,
    deviceId: registration.deviceId,
    deviceName: registration.deviceName,
    contact: registration.contact,
    transport: registration.transport,
    received: registration.received,
    userAgent: registration.userAgent,
    q: registration.q,
    instance: registration.instance,
    regId: registration.regId,
    path: registration.path,
    registeredAt: isoOf(registration.registeredAt),
    expiresAt: isoOf(registration.expiresAt),
    reachable: registration.reachable,
    waiting: registration.waiting,
    roundTripMs: registration.roundTripMs,
  }
}
