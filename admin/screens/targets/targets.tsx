import { Button, Group, Skeleton, Stack, TextInput } from '@mantine/core'
import { Signpost } from 'lucide-react'
import { useState } from 'react'
import { ApiError, sentenceOf } from '../../app/api-error.ts'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { EmptyState, ErrorState, Problem } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'
import { showTarget, useTargets } from './data.ts'
import { NameSection } from './name-section.tsx'
import { t } from '../../words/translate.ts'

/** Where calls to names of carriers go, and whether the servers there answer. */
export default function Targets() {
  const query = useTargets()
  const [latest, setLatest] = useState<string | undefined>()
  const form = useForm({
    initial: { name: '' },
    check: ({ name }) => (name.trim() === '' ? { name: t('Enter a name, e.g. carrier.example.') } : {}),
    save: async ({ name }) => setLatest((await showTarget(name.trim()))?.name),
  })
  const names = query.data?.toSorted((a, b) => Number(b.name === latest) - Number(a.name === latest))
  const elsewhere = query.error instanceof ApiError && query.error.status === 501
  return (
    <Stack gap="md">
      <PageHeader title={t('SIP servers')} lead={t('Where the names of carriers and other systems lead: the servers found by DNS, in the order in which calls try them, and those set aside because they failed.')} />
      {elsewhere
        ? <Panel p={0}><EmptyState icon={Signpost} title={t('Not seen from here')}>{sentenceOf(query.error)}</EmptyState></Panel>
        : (
          <>
            <form
              onSubmit={(submitted) => {
                submitted.preventDefault()
                form.submit()
              }}
            >
              <Group gap="xs" align="flex-start">
                <TextInput
                  aria-label={t('Name to look up')}
                  placeholder={t('carrier.example or sip:carrier.example;transport=tcp')}
                  value={form.values.name}
                  onChange={(change) => form.set('name', change.currentTarget.value)}
                  error={form.errors.name}
                  spellCheck={false}
                  autoCapitalize="none"
                  flex="1 1 240px"
                  maw={480}
                />
                <Button type="submit" loading={form.busy}>{t('Look up')}</Button>
              </Group>
            </form>
            <Problem error={form.problem} />
            {names === undefined && (query.isError
              ? <Panel p={0}><ErrorState error={query.error} retry={() => void query.refetch()} /></Panel>
              : <Skeleton height={240} radius="md" aria-label={t('Loading')} />)}
            {names?.length === 0 && <Panel p={0}><EmptyState icon={Signpost} title={t('No name was asked for yet')}>{t('Names appear here as soon as a call goes to one. Look one up above to see where calls to it would go.')}</EmptyState></Panel>}
            {names?.map((name) => <NameSection key={name.name} name={name} />)}
          </>
        )}
    </Stack>
  )
}
