import { ActionIcon, Checkbox, Group, Input, NumberInput, Stack, Text } from '@mantine/core'
import { ArrowDown, ArrowUp, X } from 'lucide-react'
import type { RingGroup } from '../../app/types.ts'
import { PersonInput } from '../dial-plan/person-input.tsx'
import { ExtensionName } from '../extensions/extension-name.tsx'
import { t } from '../../words/translate.ts'

type Member = RingGroup['members'][number]

interface MembersProps {
  members: Member[]
  /** Each member may wait before it rings too. */
  waits: boolean
  /** What a member does that has no time of its own. */
  usualTime: string
  error: string | undefined
  onChange: (members: Member[]) => void
}

/** Who is in a ring group, in order. */
export function Members({ members, waits, usualTime, error, onChange }: MembersProps) {
  const replace = (at: number, member: Member) => onChange(members.map((each, index) => (index === at ? member : each)))
  const move = (at: number, to: number) => {
    const next = [...members]
    const [member] = next.splice(at, 1)
    if (member) next.splice(to, 0, member)
    onChange(next)
  }
  return (
    <Stack gap="xs">
      <PersonInput
        label={t('Members')}
        description={t('Choose an extension, or type a number outside as you would dial it.')}
        taken={(person) => members.some(({ extensionId, number }) => (person.kind === 'extension' ? extensionId === person.id : number === person.number))}
        nothingFound={t('Nobody fits, or all who do are in the group already.')}
        error={error}
        onChoose={(person) => onChange([...members, person.kind === 'extension' ? { extensionId: person.id, number: null, delaySeconds: 0, ringSeconds: null, confirm: false } : { extensionId: null, number: person.number, delaySeconds: 0, ringSeconds: null, confirm: true }])}
      />
      {members.some(({ number }) => number !== null) && <Input.Description>{t("Whoever answers outside hears who calls and presses 1 to take the call; the others ring on until then. Without that, a mobile's voicemail may take it.")}</Input.Description>}
      {members.length === 0 && <Input.Description>{t('Nobody yet: calls to the group end at once, or go on to the number below.')}</Input.Description>}
      {members.map((member, at) => (
        <Stack key={member.extensionId ?? member.number} gap={4}>
          <Group gap="xs" wrap="nowrap">
            {member.extensionId === null ? <Text size="sm" flex={1} truncate className="numbers">{member.number}</Text> : <ExtensionName id={member.extensionId} />}
            {waits && (
              <NumberInput
                aria-label={t('Rings after')}
                size="xs"
                w={110}
                min={0}
                max={120}
                allowDecimal={false}
                prefix={`${t('after')} `}
                suffix=" s"
                value={member.delaySeconds}
                onChange={(value) => replace(at, { ...member, delaySeconds: Number(value) || 0 })}
              />
            )}
            <NumberInput
              aria-label={t('Rings for')}
              size="xs"
              w={110}
              min={5}
              max={300}
              allowDecimal={false}
              prefix={`${t('for')} `}
              suffix=" s"
              placeholder={usualTime}
              value={member.ringSeconds ?? ''}
              onChange={(value) => replace(at, { ...member, ringSeconds: value === '' ? null : Number(value) })}
            />
            <ActionIcon variant="subtle" aria-label={t('Move up')} disabled={at === 0} onClick={() => move(at, at - 1)}><ArrowUp size={16} aria-hidden /></ActionIcon>
            <ActionIcon variant="subtle" aria-label={t('Move down')} disabled={at === members.length - 1} onClick={() => move(at, at + 1)}><ArrowDown size={16} aria-hidden /></ActionIcon>
            <ActionIcon variant="subtle" color="red" aria-label={t('Take out')} onClick={() => onChange(members.filter((each) => each !== member))}><X size={16} aria-hidden /></ActionIcon>
          </Group>
          {member.extensionId === null && <Checkbox size="xs" label={t('Has to press 1 to take a call')} aria-label={t('{{number}} has to press 1 to take a call', { number: String(member.number) })} checked={member.confirm} onChange={(change) => replace(at, { ...member, confirm: change.currentTarget.checked })} />}
        </Stack>
      ))}
    </Stack>
  )
}
