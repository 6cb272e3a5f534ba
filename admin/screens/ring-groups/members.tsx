import { ActionIcon, Checkbox, Group, Input, NumberInput, Select, Skeleton, Stack, Text } from '@mantine/core'
import { ArrowDown, ArrowUp, X } from 'lucide-react'
import { useState } from 'react'
import type { RingGroup } from '../../app/types.ts'
import { useExtension, useExtensions } from '../extensions/data.ts'

type Member = RingGroup['members'][number]

interface MembersProps {
  members: Member[]
  /** Each member may wait before it rings too. */
  waits: boolean
  error: string | undefined
  onChange: (members: Member[]) => void
}

/** Who is in a ring group, in order. */
export function Members({ members, waits, error, onChange }: MembersProps) {
  const [search, setSearch] = useState('')
  const found = useExtensions({ search, limit: 20 })
  const outside = outsideNumber(search)
  const others = (found.data?.data ?? []).filter(({ id }) => !members.some(({ extensionId }) => extensionId === id))
  const replace = (at: number, member: Member) => onChange(members.map((each, index) => (index === at ? member : each)))
  const move = (at: number, to: number) => {
    const next = [...members]
    const [member] = next.splice(at, 1)
    if (member) next.splice(to, 0, member)
    onChange(next)
  }
  return (
    <Stack gap="xs">
      <Select
        label="Members"
        description="Choose an extension, or type a number outside as you would dial it."
        placeholder="Extension, name or outside number"
        searchable
        value={null}
        searchValue={search}
        onSearchChange={setSearch}
        data={[...others.map(({ id, number, name }) => ({ value: id, label: `${number} ${name}` })), ...(outside !== undefined && !members.some(({ number }) => number === outside) ? [{ value: `outside ${outside}`, label: `Call ${outside} outside` }] : [])]}
        filter={({ options }) => options}
        nothingFoundMessage="No extension fits, or all are in the group already."
        error={error}
        onChange={(chosen) => {
          if (chosen?.startsWith('outside ')) onChange([...members, { extensionId: null, number: chosen.slice('outside '.length), delaySeconds: 0, confirm: true }])
          else if (chosen !== null) onChange([...members, { extensionId: chosen, number: null, delaySeconds: 0, confirm: false }])
          setSearch('')
        }}
      />
      {members.some(({ number }) => number !== null) && <Input.Description>Whoever answers outside hears who calls and presses 1 to take the call; the others ring on until then. Without that, a mobile's voicemail may take it.</Input.Description>}
      {members.length === 0 && <Input.Description>Nobody yet: calls to the group end at once, or go on to the number below.</Input.Description>}
      {members.map((member, at) => (
        <Stack key={member.extensionId ?? member.number} gap={4}>
          <Group gap="xs" wrap="nowrap">
            {member.extensionId === null ? <Text size="sm" flex={1} truncate className="numbers">{member.number}</Text> : <Name id={member.extensionId} />}
            {waits && (
              <NumberInput
                aria-label="Rings after"
                size="xs"
                w={110}
                min={0}
                max={120}
                allowDecimal={false}
                prefix="after "
                suffix=" s"
                value={member.delaySeconds}
                onChange={(value) => replace(at, { ...member, delaySeconds: Number(value) || 0 })}
              />
            )}
            <ActionIcon variant="subtle" aria-label="Move up" disabled={at === 0} onClick={() => move(at, at - 1)}><ArrowUp size={16} aria-hidden /></ActionIcon>
            <ActionIcon variant="subtle" aria-label="Move down" disabled={at === members.length - 1} onClick={() => move(at, at + 1)}><ArrowDown size={16} aria-hidden /></ActionIcon>
            <ActionIcon variant="subtle" color="red" aria-label="Take out" onClick={() => onChange(members.filter((each) => each !== member))}><X size={16} aria-hidden /></ActionIcon>
          </Group>
          {member.extensionId === null && <Checkbox size="xs" label="Has to press 1 to take a call" aria-label={`${member.number} has to press 1 to take a call`} checked={member.confirm} onChange={(change) => replace(at, { ...member, confirm: change.currentTarget.checked })} />}
        </Stack>
      ))}
    </Stack>
  )
}

/** What may be called outside; undefined for anything else. */
function outsideNumber(text: string): string | undefined {
  const number = text.trim().replace(/[\s.()-]/g, '')
  return /^\+?[0-9]{5,20}$/.test(number) ? number : undefined
}

function Name({ id }: { id: string }) {
  const { data, isError } = useExtension(id)
  if (data === undefined) return isError ? <Text size="sm" c="dimmed" flex={1}>Deleted extension</Text> : <Skeleton height={16} flex={1} />
  return <Text size="sm" flex={1} truncate>{data.number} {data.name}</Text>
}
