import { ActionIcon, Tooltip, UnstyledButton } from '@mantine/core'
import { Phone } from 'lucide-react'
import { useLocation } from 'wouter'
import { useCan, useSession } from '../app/session.tsx'
import classes from './dial-number.module.css'
import { useHasPhone } from './host.tsx'
import { phoneStore } from './store.ts'
import { t } from '../words/translate.ts'

/**
 * How the person signed in calls a number that is on a page: with the phone in the panel, else with the own phone, by click to dial.
 * Undefined without either.
 */
export function useDial(): ((number: string) => void) | undefined {
  const { user } = useSession()
  const can = useCan()
  const [, navigate] = useLocation()
  if (useHasPhone()) return (number) => phoneStore.dial(number)
  return can('calls.own') && user.extensionId !== null ? (number) => navigate(`/call?to=${encodeURIComponent(number)}`) : undefined
}

/** A number that is called when clicked, where that is possible. Not inside of a link. */
export function DialNumber({ number }: { number: string }) {
  const dial = useDial()
  if (dial === undefined || number === '') return <span className="numbers">{number}</span>
  return <UnstyledButton className={`numbers ${classes.number}`} title={t('Call {{name}}', { name: number })} onClick={() => dial(number)}>{number}</UnstyledButton>
}

/** The same as a button of its own, beside a number that is a link already. */
export function DialButton({ number, name }: { number: string; name: string }) {
  const dial = useDial()
  if (dial === undefined) return null
  return (
    <Tooltip label={t('Call {{name}}', { name: number })}>
      <ActionIcon aria-label={t('Call {{name}}', { name })} onClick={() => dial(number)}><Phone size={16} aria-hidden /></ActionIcon>
    </Tooltip>
  )
}
