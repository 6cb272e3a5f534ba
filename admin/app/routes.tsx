import { lazy, Suspense, type ComponentType } from 'react'
import { Route, Switch, useLocation } from 'wouter'
import { PageLoader } from '../components/states.tsx'
import { ErrorBoundary, Forbidden, NotFound } from './errors.tsx'
import { useCan } from './session.tsx'
import type { PermissionName } from './types.ts'

interface Screen {
  path: string
  screen: ComponentType
  permission?: PermissionName
}

/** Every screen is loaded when it is first opened. */
const screens: Screen[] = [
  { path: '/', screen: lazy(() => import('../screens/overview/overview.tsx')) },
  { path: '/extensions', screen: lazy(() => import('../screens/extensions/extensions.tsx')), permission: 'extensions.read' },
  { path: '/extensions/:id', screen: lazy(() => import('../screens/extensions/extension.tsx')), permission: 'extensions.read' },
  { path: '/phones', screen: lazy(() => import('../screens/phones/phones.tsx')), permission: 'extensions.read' },
  { path: '/shared-phones', screen: lazy(() => import('../screens/shared-phones/shared-phones.tsx')), permission: 'extensions.read' },
  { path: '/ring-groups', screen: lazy(() => import('../screens/ring-groups/ring-groups.tsx')), permission: 'extensions.read' },
  { path: '/attendants', screen: lazy(() => import('../screens/attendants/attendants.tsx')), permission: 'extensions.read' },
  { path: '/hours', screen: lazy(() => import('../screens/hours/hours.tsx')), permission: 'extensions.read' },
  { path: '/parking', screen: lazy(() => import('../screens/parking/parking.tsx')), permission: 'extensions.read' },
  { path: '/paging', screen: lazy(() => import('../screens/paging/paging.tsx')), permission: 'extensions.read' },
  { path: '/applications', screen: lazy(() => import('../screens/applications/applications.tsx')), permission: 'extensions.read' },
  { path: '/trunks', screen: lazy(() => import('../screens/trunks/trunks.tsx')), permission: 'trunks.read' },
  { path: '/contacts', screen: lazy(() => import('../screens/contacts/contacts.tsx')), permission: 'contacts.read' },
  { path: '/blocked-callers', screen: lazy(() => import('../screens/blocked-callers/blocked-callers.tsx')), permission: 'trunks.read' },
  { path: '/wake-ups', screen: lazy(() => import('../screens/wake-ups/wake-ups.tsx')), permission: 'wakeups.read' },
  { path: '/speed-dials', screen: lazy(() => import('../screens/speed-dials/speed-dials.tsx')), permission: 'extensions.read' },
  { path: '/inbound-numbers', screen: lazy(() => import('../screens/inbound-numbers/inbound-numbers.tsx')), permission: 'trunks.read' },
  { path: '/pin-sets', screen: lazy(() => import('../screens/pin-sets/pin-sets.tsx')), permission: 'trunks.read' },
  { path: '/signed-calls', screen: lazy(() => import('../screens/signed-calls/signed-calls.tsx')), permission: 'trunks.read' },
  { path: '/outbound-routes', screen: lazy(() => import('../screens/outbound-routes/outbound-routes.tsx')), permission: 'trunks.read' },
  { path: '/dial-plan', screen: lazy(() => import('../screens/dial-plan/dial-plan.tsx')), permission: 'extensions.read' },
  { path: '/conferences', screen: lazy(() => import('../screens/conferences/conferences.tsx')), permission: 'conferences.read' },
  { path: '/conferences/:id', screen: lazy(() => import('../screens/conferences/conference.tsx')), permission: 'conferences.read' },
  { path: '/registrations', screen: lazy(() => import('../screens/registrations/registrations.tsx')), permission: 'registrations.read' },
  { path: '/calls', screen: lazy(() => import('../screens/calls/live-calls.tsx')), permission: 'calls.read' },
  { path: '/calls/:id', screen: lazy(() => import('../screens/trace/call.tsx')), permission: 'calls.read' },
  { path: '/call', screen: lazy(() => import('../screens/call/call.tsx')), permission: 'calls.own' },
  { path: '/history', screen: lazy(() => import('../screens/history/history.tsx')), permission: 'calls.read' },
  { path: '/voicemail', screen: lazy(() => import('../screens/voicemail/voicemail.tsx')), permission: 'voicemail.read' },
  { path: '/messages', screen: lazy(() => import('../screens/messages/messages.tsx')), permission: 'messages.read' },
  { path: '/recordings', screen: lazy(() => import('../screens/recordings/recordings.tsx')), permission: 'recordings.read' },
  { path: '/prompts', screen: lazy(() => import('../screens/prompts/prompts.tsx')), permission: 'prompts.read' },
  { path: '/users', screen: lazy(() => import('../screens/users/users.tsx')), permission: 'users.read' },
  { path: '/webhooks', screen: lazy(() => import('../screens/webhooks/webhooks.tsx')), permission: 'webhooks.read' },
  { path: '/webhooks/:id', screen: lazy(() => import('../screens/webhooks/deliveries.tsx')), permission: 'webhooks.read' },
  { path: '/crm', screen: lazy(() => import('../screens/crm/crm.tsx')), permission: 'webhooks.read' },
  { path: '/crm/:id', screen: lazy(() => import('../screens/crm/logged-calls.tsx')), permission: 'webhooks.read' },
  { path: '/tokens', screen: lazy(() => import('../screens/tokens/tokens.tsx')), permission: 'tokens.read' },
  { path: '/emergency', screen: lazy(() => import('../screens/emergency/emergency.tsx')), permission: 'emergency.read' },
  { path: '/emergency/:id', screen: lazy(() => import('../screens/emergency/report.tsx')), permission: 'emergency.read' },
  { path: '/mail', screen: lazy(() => import('../screens/mail/mail.tsx')), permission: 'mail.read' },
  { path: '/backups', screen: lazy(() => import('../screens/backups/backups.tsx')), permission: 'backups.read' },
  { path: '/configuration', screen: lazy(() => import('../screens/configuration/configuration.tsx')), permission: 'configuration.read' },
  { path: '/bans', screen: lazy(() => import('../screens/bans/bans.tsx')), permission: 'bans.read' },
  { path: '/audit', screen: lazy(() => import('../screens/audit/audit.tsx')), permission: 'audit.read' },
  { path: '/sip-servers', screen: lazy(() => import('../screens/targets/targets.tsx')), permission: 'targets.read' },
  { path: '/doctor', screen: lazy(() => import('../screens/doctor/doctor.tsx')), permission: 'system.diagnose' },
  { path: '/system', screen: lazy(() => import('../screens/system/system.tsx')), permission: 'system.read' },
  { path: '/account', screen: lazy(() => import('../screens/account/account.tsx')) },
]

export function Routes() {
  const can = useCan()
  const [location] = useLocation()
  return (
    <ErrorBoundary resetKey={location}>
      <Suspense fallback={<PageLoader />}>
        <Switch>
          {screens.map(({ path, screen: Screen, permission }) => (
            <Route key={path} path={path}>{permission === undefined || can(permission) ? <Screen /> : <Forbidden />}</Route>
          ))}
          <Route><NotFound /></Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  )
}
