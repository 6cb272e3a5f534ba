import type { EndResult, Termination } from '../events/catalogue.ts'

interface Verdict {
  result: EndResult
  /** What the caller's phone is told when the call was never answered. */
  status: number
  phrase: string
  /** Cause, and cure where there is one. */
  explanation: string
}

/** Every way a call can end: one row each, so that no two places invent words for the same thing. */
const verdicts = {
  'hung-up': { result: 'answered', status: 200, phrase: 'OK', explanation: 'The call was answered and then hung up.' },
  'transferred': { result: 'answered', status: 480, phrase: 'Transferred', explanation: 'The call was transferred and went on with somebody else.' },
  'administrator': { result: 'answered', status: 480, phrase: 'Temporarily Unavailable', explanation: 'An administrator ended the call.' },
  'server-stopping': { result: 'failed', status: 503, phrase: 'Service Unavailable', explanation: 'Dialplane was stopped while the call was going on.' },
  'displaced': { result: 'answered', status: 480, phrase: 'Displaced', explanation: 'The call made room for a call to the emergency services.' },
  'interrupted': { result: 'failed', status: 503, phrase: 'Service Unavailable', explanation: 'Dialplane stopped in the middle of the call without being told to, or was away for too long to go on with it.' },

  'caller-cancelled': { result: 'cancelled', status: 487, phrase: 'Request Terminated', explanation: 'The caller hung up before anybody answered.' },
  'busy': { result: 'busy', status: 486, phrase: 'Busy Here', explanation: 'The called phone is busy.' },
  'declined': { result: 'refused', status: 603, phrase: 'Decline', explanation: 'The called party declined the call.' },
  'no-answer': { result: 'missed', status: 480, phrase: 'No Answer', explanation: 'The phone rang, and nobody answered in time.' },
  'not-registered': { result: 'missed', status: 480, phrase: 'Not Registered', explanation: 'No phone is registered for the called extension. Check that the phone is on, has network and carries the right password.' },
  'not-reachable': { result: 'missed', status: 480, phrase: 'Not Reachable', explanation: 'The called extension\'s phones are registered but no longer answer. They may have lost power or network.' },
  'called-itself': { result: 'busy', status: 486, phrase: 'Busy Here', explanation: 'The phone called its own extension, and the extension has no other phone.' },
  'callee-refused': { result: 'failed', status: 480, phrase: 'Temporarily Unavailable', explanation: 'The called phone refused the call.' },
  'callee-media': { result: 'failed', status: 488, phrase: 'Not Acceptable Here', explanation: 'The phones share no audio encoding that Dialplane can carry. Enable PCMU or PCMA on both.' },

  'unknown-number': { result: 'failed', status: 404, phrase: 'Not Found', explanation: 'The dialled number does not exist.' },
  'no-trunk': { result: 'failed', status: 503, phrase: 'No Outside Line', explanation: 'No trunk could carry the call to the outside.' },
  'outside-forbidden': { result: 'refused', status: 403, phrase: 'Forbidden', explanation: 'Calls to this number are not allowed for the extension.' },
  'outside-limit': { result: 'refused', status: 403, phrase: 'Too Many Calls', explanation: 'The extension has as many calls outside as it may.' },
  'toll-spend': { result: 'answered', status: 403, phrase: 'Forbidden', explanation: 'The call would have cost more than may be spent.' },
  'toll-minutes': { result: 'answered', status: 403, phrase: 'Forbidden', explanation: 'The call went on beyond the minutes abroad that may be used within a day.' },
  'route-closed': { result: 'refused', status: 403, phrase: 'Forbidden', explanation: 'The outbound route for this number is closed at this time.' },
  'unknown-inbound': { result: 'failed', status: 404, phrase: 'Not Found', explanation: 'A carrier sent a call for a number that is not configured here.' },
  'no-emergency-line': { result: 'failed', status: 503, phrase: 'No Emergency Line', explanation: 'Emergency services were dialled, but this system has no outside line. Use another phone for emergencies.' },
  'ring-group-disabled': { result: 'refused', status: 480, phrase: 'Temporarily Unavailable', explanation: 'The ring group is switched off.' },
  'do-not-disturb': { result: 'busy', status: 486, phrase: 'Busy Here', explanation: 'The called extension does not want to be disturbed.' },
  'not-pageable': { result: 'refused', status: 403, phrase: 'Forbidden', explanation: 'The extension takes no intercom calls.' },
  'paging-disabled': { result: 'refused', status: 480, phrase: 'Temporarily Unavailable', explanation: 'The paging group is switched off.' },
  'page-forbidden': { result: 'refused', status: 403, phrase: 'Forbidden', explanation: 'The caller may not page this group.' },
  'nobody-paged': { result: 'missed', status: 480, phrase: 'Nobody Paged', explanation: 'No phone that was paged answered by itself. Phones must be set to allow that; most desk phones have a setting for intercom or auto answer.' },
  'page-ended': { result: 'answered', status: 480, phrase: 'Page Ended', explanation: 'The page ended.' },
  'forward-loop': { result: 'failed', status: 482, phrase: 'Loop Detected', explanation: 'The forwards of the called extension lead in a circle. Change one of them.' },
  'feature-argument': { result: 'failed', status: 484, phrase: 'Address Incomplete', explanation: 'A number belongs behind this feature code, such as *72102.' },
  'feature-refused': { result: 'refused', status: 403, phrase: 'Forbidden', explanation: 'What the feature code asks for cannot be done.' },
  'feature-done': { result: 'answered', status: 480, phrase: 'Temporarily Unavailable', explanation: 'The feature code was carried out.' },
  'desk-empty': { result: 'refused', status: 403, phrase: 'Log In First', explanation: 'Nobody is logged in at this shared phone, from where few numbers are called meanwhile.' },
  'extension-disabled': { result: 'refused', status: 480, phrase: 'Temporarily Unavailable', explanation: 'The called extension is switched off.' },

  'schedule-disabled': { result: 'refused', status: 480, phrase: 'Temporarily Unavailable', explanation: 'The opening hours are switched off.' },
  'attendant-disabled': { result: 'refused', status: 480, phrase: 'Temporarily Unavailable', explanation: 'The attendant is switched off.' },
  'no-attendant': { result: 'failed', status: 480, phrase: 'Temporarily Unavailable', explanation: 'The attendant could not greet the caller: the media engine cannot play and hear keys now.' },
  'application-disabled': { result: 'refused', status: 480, phrase: 'Temporarily Unavailable', explanation: 'The application is switched off.' },
  'no-application': { result: 'failed', status: 480, phrase: 'Temporarily Unavailable', explanation: 'The application could not be asked.' },
  'application-refused': { result: 'refused', status: 603, phrase: 'Decline', explanation: 'The program of the application declined the call.' },
  'application-busy': { result: 'busy', status: 486, phrase: 'Busy Here', explanation: 'The program of the application said that it is busy.' },
  'application-ended': { result: 'answered', status: 480, phrase: 'Ended', explanation: 'The program of the application ended the call.' },
  'woken': { result: 'answered', status: 480, phrase: 'Told', explanation: 'Whoever answered was told.' },
  'not-introduced': { result: 'missed', status: 480, phrase: 'No Name', explanation: 'The caller was asked for a name, and said nothing.' },
  'no-choice': { result: 'missed', status: 480, phrase: 'No Choice', explanation: 'The caller chose nothing that the attendant offers.' },
  'announced': { result: 'answered', status: 480, phrase: 'Announced', explanation: 'The caller heard the announcement.' },

  'location-told': { result: 'answered', status: 480, phrase: 'Location Told', explanation: 'The phone was told where help would be sent.' },

  'caller-blocked': { result: 'refused', status: 603, phrase: 'Decline', explanation: 'The caller is blocked.' },
  // RFC 8224 §6.2.2
  'identity-missing': { result: 'refused', status: 428, phrase: 'Use Identity Header', explanation: 'The call was not signed.' },
  'identity-stale': { result: 'refused', status: 403, phrase: 'Stale Date', explanation: 'The signature of the call was too old.' },
  'identity-info': { result: 'refused', status: 436, phrase: 'Bad Identity Info', explanation: 'The certificate of the signature could not be fetched.' },
  'identity-credential': { result: 'refused', status: 437, phrase: 'Unsupported Credential', explanation: 'The certificate of the signature was not taken.' },
  'identity-invalid': { result: 'refused', status: 438, phrase: 'Invalid Identity Header', explanation: 'The signature of the call was wrong.' },
  'number-full': { result: 'busy', status: 486, phrase: 'Busy Here', explanation: 'The called number has as many calls at once as it may.' },
  'caller-held': { result: 'refused', status: 603, phrase: 'Decline', explanation: 'The caller is blocked, and waited with music.' },
  'caller-blocked-busy': { result: 'busy', status: 486, phrase: 'Busy Here', explanation: 'The caller is blocked, and hears that it is busy.' },

  'park-disabled': { result: 'refused', status: 480, phrase: 'Temporarily Unavailable', explanation: 'The park lot is switched off.' },
  'no-parking': { result: 'failed', status: 480, phrase: 'Temporarily Unavailable', explanation: 'No call can be parked: the media engine cannot play now.' },
  'parking-full': { result: 'refused', status: 486, phrase: 'Parking Full', explanation: 'A call waits in every slot of the park lot.' },
  'slot-taken': { result: 'refused', status: 486, phrase: 'Slot Taken', explanation: 'A call waits in this slot already.' },
  'nothing-parked': { result: 'failed', status: 404, phrase: 'Nothing Parked', explanation: 'No call waits in this slot.' },
  'nothing-brought': { result: 'answered', status: 480, phrase: 'Nothing Parked', explanation: 'The phone was told a free slot and brought no call.' },
  'not-fetched': { result: 'answered', status: 480, phrase: 'Not Fetched', explanation: 'Nobody fetched the parked call.' },
  'nothing-rings': { result: 'failed', status: 404, phrase: 'Nothing Rings', explanation: 'No call rings that could be picked up.' },

  'conference-disabled': { result: 'refused', status: 480, phrase: 'Temporarily Unavailable', explanation: 'The called conference room is switched off.' },
  'no-conferences': { result: 'failed', status: 503, phrase: 'No Conferences', explanation: 'The media engine in use has no conferences.' },
  'wrong-pin': { result: 'refused', status: 403, phrase: 'Wrong PIN', explanation: 'No right PIN was entered for the conference room.' },
  'wrong-outside-pin': { result: 'refused', status: 403, phrase: 'Wrong PIN', explanation: 'No right PIN was entered for the outbound route.' },
  'conference-locked': { result: 'refused', status: 486, phrase: 'Locked', explanation: 'The conference room was locked by its moderator.' },
  'conference-full': { result: 'refused', status: 486, phrase: 'Full', explanation: 'The conference room was full.' },
  'conference-ended': { result: 'answered', status: 480, phrase: 'Conference Ended', explanation: 'The conference ended.' },
  'supervise-forbidden': { result: 'refused', status: 403, phrase: 'Forbidden', explanation: 'The extension may not listen to these calls.' },
  'nothing-to-hear': { result: 'failed', status: 404, phrase: 'No Call', explanation: 'The extension is in no call that could be listened to.' },
  'supervision-ended': { result: 'answered', status: 480, phrase: 'Call Ended', explanation: 'The call that was listened to ended.' },
  'kicked': { result: 'answered', status: 480, phrase: 'Removed', explanation: 'A moderator took the caller out of the conference.' },

  'no-mailbox': { result: 'failed', status: 404, phrase: 'Not Found', explanation: 'There is no mailbox.' },
  'no-voicemail': { result: 'failed', status: 480, phrase: 'Temporarily Unavailable', explanation: 'No message could be taken: the media engine cannot record and play now.' },
  'voicemail-left': { result: 'missed', status: 480, phrase: 'Message Left', explanation: 'The caller left a message.' },
  'voicemail-empty': { result: 'missed', status: 480, phrase: 'No Message', explanation: 'The caller reached the mailbox and left no message.' },
  'voicemail-full': { result: 'missed', status: 480, phrase: 'Mailbox Full', explanation: 'The mailbox is full, and the caller was told so.' },
  'voicemail-failed': { result: 'failed', status: 503, phrase: 'Service Unavailable', explanation: 'The message could not be written. Check the free space of the data folder.' },
  'wrong-mailbox-pin': { result: 'refused', status: 403, phrase: 'Wrong PIN', explanation: 'No right PIN was entered for the mailbox.' },

  'caller-media': { result: 'failed', status: 488, phrase: 'Not Acceptable Here', explanation: 'The caller\'s phone offered no audio that Dialplane can carry. Enable PCMU or PCMA without mandatory encryption.' },
  'no-media': { result: 'failed', status: 503, phrase: 'No Media', explanation: 'The media engine cannot take another call now.' },
  'media-lost': { result: 'failed', status: 503, phrase: 'Media Lost', explanation: 'The media worker that carried the call failed. New calls use another one.' },
  'insecure': { result: 'failed', status: 488, phrase: 'Not Acceptable Here', explanation: 'The audio could not be encrypted as the phones had agreed: somebody else may have answered in the phone\'s place.' },
  'media-vanished': { result: 'answered', status: 408, phrase: 'Media Timeout', explanation: 'Neither phone sent any audio for a while, so the call was taken as abandoned.' },
  'peer-vanished': { result: 'answered', status: 408, phrase: 'Peer Vanished', explanation: 'A phone stopped answering in the middle of the call. It may have lost power or network.' },
  'no-acknowledgement': { result: 'failed', status: 408, phrase: 'No ACK', explanation: 'The call was answered, but the caller\'s phone never confirmed it. A firewall or NAT may swallow its messages.' },
  'signalling-lost': { result: 'failed', status: 503, phrase: 'Service Unavailable', explanation: 'The connection to the signalling engine was lost while the call was going on. It is made again by itself.' },
  'too-long': { result: 'answered', status: 480, phrase: 'Too Long', explanation: 'The call reached the longest time a call may take and was ended by the watchdog.' },
  'internal-error': { result: 'failed', status: 500, phrase: 'Internal Server Error', explanation: 'Dialplane failed on this call. The log has the details.' },
} as const satisfies Record<string, Verdict>

export type TerminationReason = keyof typeof verdicts

/**
 * The verdict of a call.
 *
 * @param by who ended it
 * @param sipStatus the status that a phone gave, when one led here
 * @param detail replaces the explanation when more is known
 */
export function terminate(reason: TerminationReason, by: Termination['by'], sipStatus: number | null = null, detail?: string): Termination {
  return { result: verdicts[reason].result, reason, by, sipStatus, explanation: detail ?? verdicts[reason].explanation }
}

/** The SIP answer that a caller who was never connected gets for this reason. */
export function refusalOf(reason: string): { status: number; phrase: string } {
  const verdict: Verdict = verdicts[reason as TerminationReason] ?? verdicts['internal-error']
  return { status: verdict.status, phrase: verdict.phrase }
}

/**
 * Failures that ask something of us and not of the caller (a password, another extension, a shorter way):
 * without what belongs to them they would only confuse its phone (RFC 3261 §16.7 step 6).
 */
const OF_OUR_HOP: ReadonlySet<number> = new Set([401, 407, 420, 421, 422, 423, 439, 481, 482, 483, 487, 491, 493, 494])

/** The status with which a caller who was never connected is refused: the phone's own where it means the caller. */
export function statusForCaller(verdict: Termination): number {
  const { status } = refusalOf(verdict.reason)
  const given = verdict.sipStatus
  if (verdict.reason !== 'callee-refused' || given === null) return status
  // A redirection of ours would need the Contact of the phone's (§21.3), which it is not ours to give away.
  return given >= 400 && given <= 699 && !OF_OUR_HOP.has(given) ? given : status
}

/** What a called phone's refusal says about the call. */
export function reasonOfFailure(status: number): TerminationReason {
  if (status === 486 || status === 600) return 'busy'
  if (status === 603) return 'declined'
  if (status === 408 || status === 480) return 'no-answer'
  if (status === 488 || status === 415 || status === 606) return 'callee-media'
  if (status === 503) return 'not-reachable'
  return 'callee-refused'
}
