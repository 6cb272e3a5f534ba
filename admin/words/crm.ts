import type { CrmCall, CrmConnection } from '../client/index.ts'
import type { Wording } from './call.ts'
import { t } from './translate.ts'

export const crmNames: Readonly<Record<CrmConnection['kind'], string>> = { hubspot: 'HubSpot', zendesk: 'Zendesk' }

export function connectionState({ enabled, refused, pausedUntil, waiting, failed }: CrmConnection): Wording {
  if (!enabled) return { label: t('Turned off'), tone: 'quiet' }
  if (refused !== null) return { label: t('Token refused'), tone: 'bad' }
  if (pausedUntil !== null) return { label: t('Does not answer'), tone: 'bad' }
  if (failed > 0) return { label: t('{{failed}} given up', { failed }), tone: 'warning' }
  return waiting > 0 ? { label: t('{{waiting}} on the way', { waiting }), tone: 'busy' } : { label: t('Logs'), tone: 'good' }
}

export function whichCalls({ directions, extensionIds }: Pick<CrmConnection, 'directions' | 'extensionIds'>): string {
  const incoming = directions.includes('inbound')
  if (extensionIds === null) return directions.length === 2 ? t('All with the outside') : incoming ? t('All incoming ones') : t('All outgoing ones')
  const count = extensionIds.length
  if (directions.length === 2) return count === 1 ? t('Those of one extension') : t('Those of {{count}} extensions', { count })
  if (incoming) return count === 1 ? t('Incoming ones of one extension') : t('Incoming ones of {{count}} extensions', { count })
  return count === 1 ? t('Outgoing ones of one extension') : t('Outgoing ones of {{count}} extensions', { count })
}

export const callStates: Readonly<Record<CrmCall['state'], Wording>> = {
  logged: { label: t('Logged'), tone: 'good' }, waiting: { label: t('Waits'), tone: 'busy' }, 'left-out': { label: t('Left out'), tone: 'quiet' }, failed: { label: t('Given up'), tone: 'bad' },
}
