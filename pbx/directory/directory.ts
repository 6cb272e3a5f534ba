import type { Database } from '../../config/database/index.ts'
import type { Logger } from '../../config/logger.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { Settings } from '../../config/settings/settings.ts'
import { createClickRepository } from './click-to-dial.ts'
import { createConferenceRepository } from './conferences.ts'
import { createDeviceRepository } from './devices.ts'
import { createExtensionRepository } from './extensions.ts'
import { createEmergencyRepositories } from './emergency.ts'
import { createFeatureCodeRepository } from './feature-codes.ts'
import { createBlockedCallerRepository, createInboundNumberRepository, createOutboundRouteRepository, createTrunkRepository } from './lines.ts'
import { createApplicationRepository } from './applications.ts'
import { createPagingGroupRepository } from './paging-groups.ts'
import { createAttendantRepository, createParkLotRepository, createScheduleRepository } from './places.ts'
import { createPinSetRepository } from './pin-sets.ts'
import { createPhoneRepository } from './phones.ts'
import { createRefresher } from './refresher.ts'
import { createRingGroupRepository } from './ring-groups.ts'
import { createSharedPhoneRepository } from './shared-phones.ts'
import { createSoftphones } from './softphones.ts'
import { createCallSettings } from './call-settings.ts'
import { createMessageSettings } from './messages.ts'
import { createStirRepository } from './stir.ts'
import { createTollRepository } from './toll.ts'
import type { Directory } from './types.ts'
import { createSpeedDialRepository } from './speed-dials.ts'
import type { DirectoryWorld } from './world.ts'

export interface DirectoryOptions {
  database: Database
  secrets: Secrets
  logger: Logger
  settings: Pick<Settings, 'sip'>
  /** Addresses the engine listens on (`SipServer.listening`), for the credentials shown to people; SIP_HOST and SIP_PORT when absent or empty. */
  listening?: () => readonly string[]
}

/** Reads everything configured into memory and keeps it true while others, other nodes included, change it. */
export async function createDirectory(options: DirectoryOptions): Promise<Directory> {
  const { database, secrets, settings } = options
  const logger = options.logger.child({ room: 'directory' })
  const refresher = await createRefresher({ database, secrets, logger })
  const world: DirectoryWorld = {
    database, secrets, settings,
    listening: options.listening ?? (() => []),
    refresh: (tenantId) => refresher.refresh(tenantId),
  }
  return {
    snapshot: () => refresher.snapshot(),
    extensions: createExtensionRepository(world),
    devices: createDeviceRepository(world),
    phones: createPhoneRepository(world),
    softphones: createSoftphones(world),
    sharedPhones: createSharedPhoneRepository(world),
    conferences: createConferenceRepository(world),
    trunks: createTrunkRepository(world),
    inboundNumbers: createInboundNumberRepository(world),
    outboundRoutes: createOutboundRouteRepository(world),
    pinSets: createPinSetRepository(world),
    toll: createTollRepository(world),
    stir: createStirRepository(world),
    clickToDial: createClickRepository(world),
    messages: createMessageSettings(world),
    callSettings: createCallSettings(world),
    featureCodes: createFeatureCodeRepository(world),
    emergency: createEmergencyRepositories(world),
    blockedCallers: createBlockedCallerRepository(world),
    speedDials: createSpeedDialRepository(world),
    parkLots: createParkLotRepository(world),
    pagingGroups: createPagingGroupRepository(world),
    applications: createApplicationRepository(world),
    schedules: createScheduleRepository(world),
    attendants: createAttendantRepository(world),
    ringGroups: createRingGroupRepository(world, { snapshot: () => refresher.snapshot(), logger }),
    onChange: (listener) => refresher.onChange(listener),
    close: () => refresher.close(),
  }
}
