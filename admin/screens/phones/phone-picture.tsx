import { Group, Pagination, Stack } from '@mantine/core'
import { useState } from 'react'
import type { PhoneKey } from '../../app/types.ts'
import { keySentence } from '../../words/phone.ts'
import classes from './phone-picture.module.css'
import { t } from '../../words/translate.ts'

const pageWords = { first: t('first page of keys'), previous: t('previous page of keys'), next: t('next page of keys'), last: t('last page of keys') }

/** Keys beside the display at once; the rest are on further pages, as on the phone. */
const SHOWN = 10

interface PhonePictureProps {
  keys: PhoneKey[]
  /** Keys that the model has. */
  count: number
  selected: number
  onSelect: (index: number) => void
}

/** A phone with its keys, of which one is chosen. */
export function PhonePicture({ keys, count, selected, onSelect }: PhonePictureProps) {
  const pages = Math.max(1, Math.ceil(count / SHOWN))
  const [page, setPage] = useState(1)
  const first = (page - 1) * SHOWN
  return (
    <Stack gap="xs">
      <div className={classes['phone']}>
        <svg className={classes['body']} viewBox="0 0 400 300" aria-hidden>
          <rect x="6" y="6" width="388" height="288" rx="22" fill="#2b3440" />
          <rect x="20" y="18" width="64" height="264" rx="28" fill="#1b222b" />
          <rect x="28" y="26" width="48" height="70" rx="20" fill="#3a4552" />
          <rect x="28" y="204" width="48" height="70" rx="20" fill="#3a4552" />
          <rect x="94" y="20" width="288" height="150" rx="10" fill="#c9d6e2" />
          {[0, 1, 2, 3].flatMap((row) => [0, 1, 2].map((column) => <rect key={`${row}${column}`} x={176 + column * 44} y={182 + row * 26} width="36" height="19" rx="6" fill="#46525f" />))}
          <circle cx="345" cy="215" r="22" fill="#46525f" />
          <rect x="326" y="250" width="38" height="14" rx="7" fill="#46525f" />
        </svg>
        <div className={classes['keys']} role="group" aria-label={t('Keys of the phone')}>
          {Array.from({ length: Math.min(SHOWN, count - first) }, (_, offset) => {
            const index = first + offset
            const key = keys[index] ?? { type: 'empty', value: '', label: '' }
            return (
              <button key={index} type="button" className={classes['key']} aria-pressed={index === selected} aria-label={t('Key {{index}}: {{keySentence}}', { index: index + 1, keySentence: keySentence(key) })} onClick={() => onSelect(index)}>
                <span className={classes['lamp']} data-type={key.type} aria-hidden />{key.type === 'empty' ? '' : key.label || (key.type === 'line' ? t('Line {{value}}', { value: key.value }) : key.value)}
              </button>
            )
          })}
        </div>
      </div>
      {pages > 1 && <Group justify="center"><Pagination size="sm" total={pages} value={page} onChange={setPage} getItemProps={(number) => ({ 'aria-label': t('Keys, page {{number}}', { number }) })} getControlProps={(control) => ({ 'aria-label': pageWords[control] })} /></Group>}
    </Stack>
  )
}
