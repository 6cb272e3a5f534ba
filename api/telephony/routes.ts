import { deviceRoutes } from './device-routes.ts'
import { extensionRoutes } from './extension-routes.ts'
import { hoursRoutes } from './hours-routes.ts'
import { applicationRoutes } from './application-routes.ts'
import { pagingRoutes } from './paging-routes.ts'
import { parkRoutes } from './park-routes.ts'
import { speedDialRoutes } from './speed-dial-routes.ts'
import { wakeUpRoutes } from './wake-up-routes.ts'
import { ringGroupRoutes } from './ring-group-routes.ts'
import { routingRoutes } from './routing-routes.ts'
import { registrationRoutes } from './registration-routes.ts'
import { sharedPhoneRoutes } from './shared-phone-routes.ts'

export const telephonyRoutes = [...extensionRoutes, ...deviceRoutes, ...sharedPhoneRoutes, ...registrationRoutes, ...routingRoutes, ...ringGroupRoutes, ...hoursRoutes, ...parkRoutes, ...speedDialRoutes, ...wakeUpRoutes, ...pagingRoutes, ...applicationRoutes]
