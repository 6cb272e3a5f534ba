import { ActionIcon, Checkbox, Group, Input, NumberInput, Stack, Text } from '@mantine/core'
import { X } from 'lucide-react'
import { useCode } from '../../app/feature-codes.ts'
import type { Extension } from '../../app/types.ts'
import { PersonInput } from '../dial-plan/person-input.tsx'
import { useExtensions } from './data.ts'
import { sentences, t } from '../../words/translate.ts'

type Target = Extension['followMeTo'][number]

export interface Followed {
  followMe: boolean
  followMeOwnPhones: boolean
  followMeTo: Target[]
}

interface FollowMeProps {
  of: Extension
  values: Followed
  errors: Partial<Record<string, string>>
  onChange: (change: Partial<Followed>) => void
}

const MOST = 10

/** Where else calls to an extension ring, each after a wait and for a time of its own. */
export function FollowMe({ of, values: { followMe, followMeOwnPhones, followMeTo }, errors, onChange }: FollowMeProps) {
  const code = useCode()('follow-me-toggle')
  const replace = (target: Target, change: Partial<Target>) => onChange({ followMeTo: followMeTo.map((each) => (each === target ? { ...each, ...change } : each)) })
  return (
    <Stack gap="xs">
      <Checkbox label={t('Follow me')} description={sentences(t('Calls ring elsewhere too, such as on a mobile.'), code !== undefined && t('Also {{codes}} on the phone.', { codes: code }))} checked={followMe} error={errors['followMe']} onChange={(change) => onChange({ followMe: change.currentTarget.checked })} />
      {(followMe || followMeTo.length > 0) && (
        <>
          <Checkbox label={t('Its own phones ring as well')} checked={followMeOwnPhones} onChange={(change) => onChange({ followMeOwnPhones: change.currentTarget.checked })} />
          {followMeTo.length < MOST && (
            <PersonInput
              label={t('Follow me to')}
              description={t('Choose an extension, or type a number outside as you would dial it.')}
              taken={({ number }) => number === of.number || followMeTo.some(({ target }) => target === number)}
              nothingFound={t('Nobody fits, or all who do are there already.')}
              error={errors['followMeTo']}
              onChoose={({ kind, number }) => onChange({ followMeTo: [...followMeTo, { target: number, delaySeconds: 0, ringSeconds: 20, confirm: kind === 'outside' }] })}
            />
          )}
          {followMeTo.map((target) => <Row key={target.target} target={target} onChange={(change) => replace(target, change)} onRemove={() => onChange({ followMeTo: followMeTo.filter((each) => each !== target) })} />)}
          <Input.Description>{t("Whoever answers outside hears who calls and presses 1 to take the call; the others ring on until then. Without that, a mobile's voicemail may take it.")}</Input.Description>
        </>
      )}
    </Stack>
  )
}

function Row({ target: { target, delaySeconds, ringSeconds, confirm }, onChange, onRemove }: { target: Target; onChange: (change: Partial<Target>) => void; onRemove: () => void }) {
  const extension = useExtensions({ search: target.replace('+', ''), limit: 20 }).data?.data.find(({ number }) => number === target)
  return (
    <Stack gap={4}>
      <Group gap="xs" wrap="nowrap">
        <Text size="sm" flex={1} truncate><span className="numbers">{target}</span> {extension?.name}</Text>
        <NumberInput aria-label={t('{{target}} rings after', { target })} size="xs" w={95} min={0} max={120} allowDecimal={false} prefix={`${t('after')} `} suffix=" s" value={delaySeconds} onChange={(value) => onChange({ delaySeconds: Number(value) || 0 })} />
        <NumberInput aria-label={t('{{target}} rings for', { target })} size="xs" w={90} min={5} max={120} allowDecimal={false} prefix={`${t('for')} `} suffix=" s" value={ringSeconds} onChange={(value) => onChange({ ringSeconds: Number(value) || 20 })} />
        <ActionIcon variant="subtle" color="red" aria-label={t('Take out {{target}}', { target })} onClick={onRemove}><X size={16} aria-hidden /></ActionIcon>
      </Group>
      {extension === undefined && <Checkbox size="xs" label={t('Has to press 1 to take a call')} aria-label={t('{{target}} has to press 1 to take a call', { target })} checked={confirm} onChange={(change) => onChange({ confirm: change.currentTarget.checked })} />}
    </Stack>
  )
}
