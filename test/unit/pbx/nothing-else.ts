import { CUSTOMARY_CODES, NOWHERE, USUAL_CALLS, USUAL_CLICK, USUAL_TOLL } from '../../../pbx/directory/snapshot.ts'
import type { DirectorySnapshot } from '../../../pbx/directory/types.ts'

/** A snapshot in which there is nothing, for tests that say what there is. */
export const nothing = {
  tenant: () => undefined,
  device: () => undefined,
  extension: () => undefined, extensionsOf: () => [], extensionByNumber: () => undefined,
  ringGroup: () => undefined, ringGroupsOf: () => [], ringGroupByNumber: () => undefined,
  conference: () => undefined, conferenceByNumber: () => undefined,
  schedule: () => undefined, schedulesOf: () => [], scheduleByNumber: () => undefined,
  attendant: () => undefined, attendantsOf: () => [], attendantByNumber: () => undefined,
  callSettingsOf: () => USUAL_CALLS, blockedOf: () => [], speedDialsOf: () => [], changedCodesOf: () => CUSTOMARY_CODES,
  emergencyOf: () => NOWHERE, tollOf: () => USUAL_TOLL, clickToDialOf: () => USUAL_CLICK,
  application: () => undefined, applicationsOf: () => [], applicationByNumber: () => undefined,
  pagingGroup: () => undefined, pagingGroupsOf: () => [], pagingGroupByNumber: () => undefined,
  parkLot: () => undefined, parkLotsOf: () => [],
  trunk: () => undefined, trunksOf: () => [], inboundNumbersOf: () => [], outboundRoutesOf: () => [],
} satisfies Partial<DirectorySnapshot>
