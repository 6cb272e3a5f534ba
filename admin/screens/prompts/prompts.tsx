import { ActionIcon, Badge, Group, Stack, Text, Tooltip } from '@mantine/core'
import { Pause, Pencil, Play, SearchX, Undo2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { Prompt } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { SearchInput } from '../../components/search-input.tsx'
import { EmptyState } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { useListState } from '../../components/use-list-state.ts'
import { audioOf, revert, usePrompts } from './data.ts'
import { PromptForm } from './prompt-form.tsx'
import { rich } from '../../words/rich.ts'
import { inSense, t } from '../../words/translate.ts'

const columns: Column<Prompt>[] = [
  { key: 'name', title: t('Prompt'), width: 220, card: 'title', render: (prompt) => <Text span inherit fw={600} className="break-anywhere">{prompt.name}</Text> },
  {
    key: 'sentence',
    title: t('What callers hear'),
    render: (prompt) => prompt.origin === 'standard'
      ? prompt.sentence
      : (
          <>
            {prompt.text ?? t('A file of yours.')}
            <Text size="xs" c="dimmed">{t('Instead of: {{sentence}}', { sentence: prompt.sentence })}</Text>
          </>
        ),
  },
  {
    key: 'origin',
    title: inSense('origin', 'From'),
    width: 190,
    render: (prompt) => prompt.origin === 'standard'
      ? <Text span inherit c="dimmed">{t('Dialplane')}</Text>
      : <><Badge variant="light" tt="none" radius="sm">{prompt.origin === 'speech' ? t('Your text') : t('Your file')}</Badge><Text size="xs" c="dimmed" component="div" className="break-anywhere">{prompt.changedAt !== null && <Time at={prompt.changedAt} />} · {prompt.changedBy}</Text></>,
  },
]

/** Every sentence that callers hear from the house, and what they hear instead. */
export default function Prompts() {
  const list = useListState('name')
  const can = useCan()
  const query = usePrompts()
  const [editing, setEditing] = useState<Prompt | null>(null)
  const [reverting, setReverting] = useState<Prompt | null>(null)
  const player = usePlayer()
  const mayWrite = can('prompts.write')
  const search = list.get('search')
  const rows = query.data?.filter((prompt) => `${prompt.name} ${prompt.sentence} ${prompt.text ?? ''}`.toLowerCase().includes(search.toLowerCase()))
  return (
    <Stack gap="md">
      <PageHeader title={t('Prompts')} lead={t('What callers hear from Dialplane itself. Put your own words in place of any of them: write a text that is spoken, or send a recording.')} />
      <SearchInput label={t('Search the sentences')} value={search} onChange={(value) => list.set({ search: value })} />
      <DataTable
        label={t('Prompts')}
        columns={columns}
        rows={rows}
        rowKey={(prompt) => prompt.name}
        actions={(prompt) => {
          const playing = player.playing === prompt.name
          return (
            <Group gap={4} wrap="nowrap" justify="flex-end">
              <Tooltip label={playing ? t('Stop') : t('Listen')}><ActionIcon aria-label={`${playing ? t('Stop') : t('Listen to')} ${prompt.name}`} onClick={() => player.toggle(prompt)}>{playing ? <Pause size={16} aria-hidden /> : <Play size={16} aria-hidden />}</ActionIcon></Tooltip>
              {mayWrite && <Tooltip label={t('Replace')}><ActionIcon aria-label={t('Replace {{name}}', { name: prompt.name })} onClick={() => setEditing(prompt)}><Pencil size={16} aria-hidden /></ActionIcon></Tooltip>}
              {mayWrite && prompt.origin !== 'standard' && <Tooltip label={t('Back to the standard')}><ActionIcon aria-label={t('Back to the standard: {{name}}', { name: prompt.name })} onClick={() => setReverting(prompt)}><Undo2 size={16} aria-hidden /></ActionIcon></Tooltip>}
            </Group>
          )
        }}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={SearchX} title={t('No prompt matches')}>{t('Try another word.')}</EmptyState>}
      />
      <PromptForm prompt={editing} onClose={() => setEditing(null)} />
      <Confirm opened={reverting !== null} onClose={() => setReverting(null)} title={t('Bring back the standard of {{name}}?', { name: reverting?.name ?? '' })} confirm={t('Bring back')} danger={false} onConfirm={async () => (reverting === null ? undefined : revert(reverting.name))} done={t('Callers hear the standard again.')}>
        {rich('Yours is deleted. Callers hear: {{sentence}}', { sentence: reverting?.sentence })}
      </Confirm>
    </Stack>
  )
}

/** One sound at a time. */
function usePlayer(): { playing: string | null; toggle: (prompt: Prompt) => void } {
  const audio = useRef<HTMLAudioElement | null>(null)
  const [playing, setPlaying] = useState<string | null>(null)
  useEffect(() => () => audio.current?.pause(), [])
  return {
    playing,
    toggle(prompt) {
      audio.current?.pause()
      audio.current = null
      setPlaying(null)
      if (playing === prompt.name) return
      const element = new Audio(audioOf(prompt))
      audio.current = element
      element.addEventListener('ended', () => setPlaying(null))
      setPlaying(prompt.name)
      element.play().catch((error: unknown) => {
        // Another one was chosen meanwhile.
        if (audio.current !== element) return
        setPlaying(null)
        notify.failed(error)
      })
    },
  }
}
