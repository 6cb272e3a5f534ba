import { Button, Group, SegmentedControl, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { useCan } from '../../app/session.tsx'
import type { RoutingStep } from '../../client/index.ts'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { Problem } from '../../components/states.tsx'
import { StepList } from '../../components/step-list.tsx'
import { useForm } from '../../components/use-form.ts'
import { useExplanation, type Question } from './data.ts'
import { EditStep } from './edit-step.tsx'
import { FeatureCodes } from './feature-codes.tsx'
import { t } from '../../words/translate.ts'
import { rich } from '../../words/rich.ts'

// Only whoever looks at a graph loads what draws it.
const Flow = lazy(() => import('./flow.tsx'))

/** What happens to a call, tried without placing one; the codes that phones dial. */
export default function DialPlan() {
  return (
    <Stack gap="lg">
      <PageHeader title={t('Dial plan')} lead={t('Where calls go and why. Try a number before anybody dials it; changes hold at once.')} />
      <TryNumber />
      <FeatureCodes />
    </Stack>
  )
}

function TryNumber() {
  const [question, setQuestion] = useState<Question | undefined>()
  const answer = useExplanation(question)
  const can = useCan()
  const [view, setView] = useState('list')
  const [editing, setEditing] = useState<RoutingStep['subject']>(null)
  const form = useForm({
    initial: { from: '', to: '', at: '' },
    check: ({ from, to }): Record<string, string> => ({
      ...(to.trim() === '' && { to: t('Enter what is dialled, e.g. 201 or *78.') }),
      ...(from.trim() !== '' && !/^(?:anonymous|\+?[0-9]{2,15})$/.test(from.trim()) && { from: t('Enter an extension, a number with country code such as +12025550123, anonymous, or nothing.') }),
    }),
    save: async ({ from, to, at }) => {
      const next = { from: from.trim(), to: to.trim(), at }
      if (question?.from === next.from && question.to === next.to && question.at === at) await answer.refetch()
      else setQuestion(next)
    },
  })
  return (
    <Panel component="section" aria-labelledby="try">
      <Title order={2} id="try" mb="xs">{t('What would happen?')}</Title>
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault()
          form.submit()
        }}
      >
        <Group align="flex-start" gap="sm">
          <TextInput label={t('Caller')} description={t('An extension, or +1… for a call from outside; empty for anybody.')} autoComplete="off" value={form.values.from} error={form.errors.from} onChange={(change) => form.set('from', change.currentTarget.value)} flex="1 1 180px" maw={260} />
          <TextInput label={t('Dials')} description={t('A number or a feature code.')} withAsterisk autoComplete="off" value={form.values.to} error={form.errors.to} onChange={(change) => form.set('to', change.currentTarget.value)} flex="1 1 180px" maw={260} />
          <TextInput type="datetime-local" label={t('When')} description={t('Opening hours go by it; empty for now.')} value={form.values.at} onChange={(change) => form.set('at', change.currentTarget.value)} flex="1 1 180px" maw={260} />
        </Group>
        <Button type="submit" mt="sm" loading={form.busy || answer.isFetching}>{t('Show')}</Button>
      </form>
      <Problem error={answer.error} />
      {answer.data !== undefined && !answer.isError && (
        <Stack gap="sm" mt="md" aria-live="polite">
          <Text size="sm">
            {rich('{{who}} dials {{number}}:', { who: question?.from === '' ? t('Anybody') : question?.from, number: <><Text span fw={600}>{answer.data.number}</Text>{answer.data.name !== null && ` (${answer.data.name})`}</> })}
          </Text>
          <SegmentedControl size="xs" aria-label={t('Show as')} w="fit-content" data={[{ value: 'list', label: t('List') }, { value: 'graph', label: t('Graph') }]} value={view} onChange={setView} />
          {view === 'list'
            ? <StepList steps={answer.data.steps} />
            : (
                <Suspense fallback={<Skeleton height={240} aria-label={t('Loading')} />}>
                  <Flow steps={answer.data.steps} caller={question?.from === '' ? t('Anybody') : question?.from ?? ''} {...(can('extensions.write') && { onEdit: (step: RoutingStep) => setEditing(step.subject) })} />
                </Suspense>
              )}
          {view === 'graph' && can('extensions.write') && <Text size="xs" c="dimmed">{t('Click a step with a pencil to change what it does; the graph then shows the new way.')}</Text>}
          {editing !== null && (
            <EditStep
              subject={editing}
              onClose={() => {
                setEditing(null)
                void answer.refetch()
              }}
            />
          )}
        </Stack>
      )}
    </Panel>
  )
}
