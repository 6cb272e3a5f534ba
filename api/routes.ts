import { backupRoutes } from './backups/routes.ts'
import { callRoutes } from './calls/routes.ts'
import { clickToDialRoutes } from './click-to-dial/routes.ts'
import { complianceRoutes } from './compliance/routes.ts'
import { configurationRoutes } from './configuration/routes.ts'
import { contactRoutes } from './contacts/routes.ts'
import { crmRoutes } from './crm/routes.ts'
import { conferenceRoutes } from './conferences/routes.ts'
import type { Route } from './http/define-route.ts'
import { identityRoutes } from './identity/routes.ts'
import { lineRoutes } from './lines/routes.ts'
import { promptRoutes } from './prompts/routes.ts'
import { provisioningRoutes } from './provisioning/routes.ts'
import { rateRoutes } from './rates/routes.ts'
import { recordingRoutes } from './recordings/routes.ts'
import { shieldRoutes } from './shield/routes.ts'
import { pushRoutes } from './softphone/push-routes.ts'
import { softphoneRoutes } from './softphone/routes.ts'
import { systemRoutes } from './system/routes.ts'
import { targetRoutes } from './targets/routes.ts'
import { stirRoutes } from './stir/routes.ts'
import { telephonyRoutes } from './telephony/routes.ts'
import { doctorRoutes } from './doctor/routes.ts'
import { emergencyRoutes } from './emergency/routes.ts'
import { liveRoutes } from './live/routes.ts'
import { mailRoutes } from './mail/routes.ts'
import { messageRoutes } from './messages/routes.ts'
import { tollRoutes } from './toll/routes.ts'
import { voicemailRoutes } from './voicemail/routes.ts'
import { webhookRoutes } from './webhooks/routes.ts'

/** Every operation under /api/v1. */
export const routes: readonly Route[] = [
  ...identityRoutes,
  ...telephonyRoutes,
  ...provisioningRoutes,
  ...lineRoutes,
  ...callRoutes,
  ...clickToDialRoutes,
  ...contactRoutes,
  ...crmRoutes,
  ...softphoneRoutes,
  ...pushRoutes,
  ...conferenceRoutes,
  ...recordingRoutes,
  ...voicemailRoutes,
  ...mailRoutes,
  ...messageRoutes,
  ...emergencyRoutes,
  ...tollRoutes,
  ...rateRoutes,
  ...stirRoutes,
  ...promptRoutes,
  ...shieldRoutes,
  ...targetRoutes,
  ...webhookRoutes,
  ...backupRoutes,
  ...configurationRoutes,
  ...complianceRoutes,
  ...systemRoutes,
  ...doctorRoutes,
  ...liveRoutes,
]
