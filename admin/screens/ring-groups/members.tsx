import { ActionIcon, Group, Input, NumberInput, Select, Skeleton, Stack, Text } from '@mantine/core'
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
        description="Choose an extension to add it."
        placeholder="Number or name"
        searchable
        value={null}
        searchValue={search}
        onSearchChange={setSearch}
        data={others.map(({ id, number, name }) => ({ value: id, label: `${number} ${name}` }))}
        filter={({ options }) => options}
        nothingFoundMessage="No extension fits, or all are in the group already."
        error={error}
        onChange={(extensionId) => {
          if (extensionId !== null) onChange([...members, { extensionId, delaySeconds: 0 }])
          setSearch('')
        }}
      />
      {members.length === 0 && <Input.Description>Nobody yet: calls to the group end at once, or go on to the number below.</Input.Description>}
      {members.map((member, at) => (
        <Group key={member.extensionId} gap="xs" wrap="nowrap">
          <Name id={member.extensionId} />
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
      ))}
    </Stack>
  )
}

function Name({ id }: { id: string }) {
  const { data, isError } = useExtension(id)
  if (data === undefined) return isError ? <Text size="sm" c="dimmed" flex={1}>Deleted extension</Text> : <Skeleton height={16} flex={1} />
  return <Text size="sm" flex={1} truncate>{data.number} {data.name}</Text>
}
