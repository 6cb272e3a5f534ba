import type { FollowMeTarget, OwnBlockedCaller, OwnSpeedDial } from '../door.ts'
import type { SnapshotExtension } from './types.ts'

/** An extension whose calls simply ring. */
export const plainHandling = {
  forwardAlways: null, forwardBusy: null, forwardNoAnswer: null, forwardUnreachable: null, doNotDisturb: false, vipNumbers: [] as string[], blockedCallers: [] as OwnBlockedCaller[], lampNumbers: [] as string[], missedCallMail: [] as string[], callLimit: null, voicemail: false,
  outsideAtOnce: null, outsidePerMinute: null,
  outsideCalls: 'national', outsideNumber: null, pickupGroup: null, supervises: [] as string[], pageable: true, listed: true, screening: 'off', speedDials: [] as OwnSpeedDial[], followMe: false, followMeOwnPhones: true, followMeTo: [] as FollowMeTarget[],
} satisfies Partial<SnapshotExtension>
