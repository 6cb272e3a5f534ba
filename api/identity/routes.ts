import { dialTokenRoutes } from './dial-token-routes.ts'
import { secondFactorRoutes } from './mfa/routes.ts'
import { secondStepRoutes } from './mfa/sign-in-routes.ts'
import { passkeyRoutes } from './passkeys/routes.ts'
import { passkeySignInRoutes } from './passkeys/sign-in-routes.ts'
import { providerRoutes } from './open-id/routes.ts'
import { providerSignInRoutes } from './open-id/sign-in-routes.ts'
import { openSessionRoutes } from './open-session-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { setupRoutes } from './setup-routes.ts'
import { tokenRoutes } from './token-routes.ts'
import { userRoutes } from './user-routes.ts'

export const identityRoutes = [...setupRoutes, ...sessionRoutes, ...openSessionRoutes, ...secondStepRoutes, ...secondFactorRoutes, ...passkeySignInRoutes, ...passkeyRoutes, ...providerSignInRoutes, ...providerRoutes, ...userRoutes, ...tokenRoutes, ...dialTokenRoutes]
