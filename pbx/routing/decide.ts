import { isEmergency } from '../emergency/recognise.ts'
import type { DirectorySnapshot } from '../directory/types.ts'
import { normaliseDialled } from './number-format.ts'
import type { Plan } from './plan.ts'
import type { CallRequest } from './request.ts'

export interface RoutingDefaults {
  /** Ring time of an extension that names none, in seconds. */
  ringSeconds: number
}

/**
 * Decides what should happen to a call. Pure: it looks only at the request and the snapshot,
 * does nothing, and gives the reason for every step, so that the same answer serves the call,
 * its trace and "what would happen if".
 */
export function decide(request: CallRequest, snapshot: DirectorySnapshot, defaults: RoutingDefaults): Plan {
  const number = normaliseDialled(request.dialled)
  const extension = snapshot.extensionByNumber(request.tenantId, number)

  // Help comes before every other rule. Without an outside line the caller must learn at once to use another phone.
  if (isEmergency(number)) {
    return {
      direction: 'outbound',
      number,
      extensionId: null,
      name: null,
      steps: [
        {
          kind: 'announcement',
          prompt: 'no-emergency-line',
          refusal: 'no-emergency-line',
          reason: `${number} calls the emergency services, and this system has no outside line that could carry the call`,
        },
      ],
    }
  }

  if (extension && !extension.enabled) {
    return {
      direction: 'internal',
      number,
      extensionId: extension.id,
      name: extension.name,
      steps: [{ kind: 'refuse', refusal: 'extension-disabled', reason: `Extension ${number} (${extension.name}) is switched off` }],
    }
  }

  if (extension) {
    const own = extension.id === request.caller.extensionId
    return {
      direction: 'internal',
      number,
      extensionId: extension.id,
      name: extension.name,
      steps: [
        {
          kind: 'extension',
          extensionId: extension.id,
          ringSeconds: extension.ringSeconds ?? defaults.ringSeconds,
          reason: own
            ? `${number} is the caller's own extension, so its other phones ring`
            : `${number} is the extension of ${extension.name}`,
        },
      ],
    }
  }

  const conference = snapshot.conferenceByNumber(request.tenantId, number)
  if (conference) {
    return {
      direction: 'internal',
      number,
      extensionId: null,
      name: conference.name,
      steps: [
        conference.enabled
          ? { kind: 'conference', conferenceId: conference.id, reason: `${number} is the conference room ${conference.name}` }
          : { kind: 'refuse', refusal: 'conference-disabled', reason: `The conference room ${number} (${conference.name}) is switched off` },
      ],
    }
  }

  return {
    direction: 'internal',
    number,
    extensionId: null,
    name: null,
    steps: [
      {
        kind: 'announcement',
        prompt: 'not-in-service',
        refusal: 'unknown-number',
        reason: `Neither an extension nor a conference room has the number ${number || '(empty)'}, and there is no outside line to try`,
      },
    ],
  }
}
