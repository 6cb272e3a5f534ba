import { Text, UnstyledButton, VisuallyHidden } from '@mantine/core'
import type { CSSProperties } from 'react'
import type { TraceMessage } from '../../app/types.ts'
import { offset } from '../../words/time.ts'
import type { Arrow, Ladder } from './ladder.ts'
import classes from './ladder.module.css'
import { t } from '../../words/translate.ts'

function tone({ status }: TraceMessage): string {
  if (status === null) return 'request'
  // A challenge is not a failure: every phone is asked for its password (RFC 3261 §22).
  if (status === 401 || status === 407) return 'progress'
  return status < 200 ? 'progress' : status < 300 ? 'success' : status < 400 ? 'progress' : 'failure'
}

/** What the arrow shows to eyes, for ears. */
function wayOf({ from, to }: Arrow, ladder: Ladder): string {
  return t('from {{from}} to {{to}}', { from: ladder.lanes[from]?.title ?? '', to: ladder.lanes[to]?.title ?? '' })
}

/** The sequence diagram. Every arrow is a button that opens its message; arrow keys step through them. */
export function LadderView({ ladder, chosen, onChoose }: { ladder: Ladder; chosen: number | null; onChoose: (index: number) => void }) {
  const lanes = ladder.lanes.length
  const middle = (lane: number) => ((lane + 0.5) / lanes) * 100
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('Message diagram')}>
      <div className={classes.diagram} style={{ '--lanes': lanes } as CSSProperties}>
        <div className={classes.head}>
          <span className={classes.time} />
          {ladder.lanes.map((lane) => (
            <div key={lane.key} className={classes.lane} data-us={lane.key === 'dialplane'}>
              <Text span size="sm" fw={650} truncate display="block">{lane.title}</Text>
              <Text span size="xs" c="dimmed" truncate display="block" className="numbers" title={lane.note}>{lane.note}</Text>
            </div>
          ))}
        </div>
        <ol className={classes.rows}>
          <li className={classes.lifelines} aria-hidden>
            {ladder.lanes.map((lane, index) => <span key={lane.key} style={{ left: `${middle(index)}%` }} />)}
          </li>
          {ladder.arrows.map((arrow, index) => {
            const { message, from, to, label } = arrow
            const left = Math.min(middle(from), middle(to))
            return (
              <li key={index}>
                <UnstyledButton
                  className={classes.row}
                  data-chosen={index === chosen}
                  data-repeat={message.repeat}
                  data-tone={tone(message)}
                  aria-pressed={index === chosen}
                  onClick={() => onChoose(index)}
                  onKeyDown={(pressed) => {
                    const step = pressed.key === 'ArrowDown' ? 'nextElementSibling' : pressed.key === 'ArrowUp' ? 'previousElementSibling' : undefined
                    if (step === undefined) return
                    pressed.preventDefault()
                    pressed.currentTarget.parentElement?.[step]?.querySelector('button')?.focus()
                  }}
                >
                  <span className={classes.time} title={t('{{round}} ms after the message before', { round: Math.round(arrow.gapMs * 1000) / 1000 })}>{offset(message.offsetMs)}</span>
                  <span className={classes.field}>
                    <span className={classes.arrow} data-way={from < to ? 'right' : 'left'} style={{ left: `${left}%`, width: `${Math.abs(middle(to) - middle(from))}%` }}>
                      <span className={classes.label}>{label}{message.hasSdp && <span className={classes.sdp}>{t('SDP')}</span>}{message.repeat && <span className={classes.sdp}>{t('repeat')}</span>}<VisuallyHidden component="span"> {wayOf(arrow, ladder)}</VisuallyHidden></span>
                    </span>
                  </span>
                </UnstyledButton>
              </li>
            )
          })}
        </ol>
      </div>
    </div>
  )
}
