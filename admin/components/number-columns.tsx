import type { Column } from './data-table.tsx'
import { StatusDot } from './status.tsx'
import { t } from '../words/translate.ts'

/** How a row of a kind with a number begins: number and name, or where rows are cards both as their title. */
export function numberColumns<T extends { number: string; name: string }>(title: string): Column<T>[] {
  return [
    { key: 'number', title: t('Number'), width: 110, card: 'hide', render: ({ number }) => <span className="numbers" style={{ fontWeight: 600 }}>{number}</span> },
    { key: 'title', title, card: 'title', cardOnly: true, render: ({ number, name }) => <><span className="numbers">{number}</span> {name}</> },
    { key: 'name', title: t('Name'), card: 'hide', render: ({ name }) => name },
  ]
}

/** Whether it is in use at all. */
export function OnOff({ enabled }: { enabled: boolean }) {
  return enabled ? <StatusDot label={t('On')} tone="good" /> : <StatusDot label={t('Turned off')} tone="quiet" />
}
