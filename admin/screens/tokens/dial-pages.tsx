import { Button, Group, Stack, TagsInput, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { History } from 'lucide-react'
import { useState } from 'react'
import { keys } from '../../app/keys.ts'
import { notify } from '../../app/notify.ts'
import { rereading } from '../../app/query-client.ts'
import { useCan, useSession } from '../../app/session.tsx'
import { getDialPages, updateDialPages, type DialPages as Pages } from '../../client/index.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { Panel } from '../../components/panel.ts'
import { Problem } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'
import { t } from '../../words/translate.ts'
import { HistoryDrawer } from '../audit/history.tsx'

const changed = rereading(keys.tokens)

/** An origin as a browser writes it, of whatever address of the page was pasted. */
const originOf = (text: string): string => (/^https?:\/\//i.test(text.trim()) && URL.canParse(text.trim()) ? new URL(text.trim()).origin : text.trim())

/** Web pages whose scripts may call with the tokens that people make for their own calls. */
export function DialPages() {
  const can = useCan()
  const { tenant } = useSession()
  const pages = useQuery({ queryKey: [...keys.tokens, 'pages'], queryFn: async () => (await getDialPages({ throwOnError: true })).data.data })
  const [editing, setEditing] = useState(false)
  const [history, setHistory] = useState(false)
  const origins = pages.data?.origins ?? []
  return (
    <Panel component="section" aria-labelledby="dial-pages">
      <Group justify="space-between" align="flex-start" mb="sm">
        <div>
          <Title order={2} id="dial-pages">{t('Web pages that may call')}</Title>
          <Text size="sm" c="dimmed">{t('With the tokens that people make for their own calls under My account. A page of which you do not know who writes its scripts does not belong here.')}</Text>
        </div>
        <Group gap="xs">
          {can('audit.read') && <Button variant="default" leftSection={<History size={16} aria-hidden />} onClick={() => setHistory(true)}>{t('History and undo')}</Button>}
          {can('tokens.write') && pages.data !== undefined && <Button variant="default" onClick={() => setEditing(true)}>{t('Change pages')}</Button>}
        </Group>
      </Group>
      <Problem error={pages.error} />
      {pages.data !== undefined && origins.length === 0 && <Text size="sm">{t('None: only programs and the panel use tokens.')}</Text>}
      <Stack gap={4}>{origins.map((origin) => <Text key={origin} size="sm" className="break-anywhere">{origin}</Text>)}</Stack>
      <FormDrawer opened={editing} onClose={() => setEditing(false)} title={t('Web pages that may call')}>{pages.data !== undefined && <Fields pages={pages.data} onClose={() => setEditing(false)} />}</FormDrawer>
      <HistoryDrawer of={history ? { type: 'dial-pages', id: tenant.id, title: t('Web pages that may call') } : undefined} onClose={() => setHistory(false)} />
    </Panel>
  )
}

function Fields({ pages, onClose }: { pages: Pages; onClose: () => void }) {
  const [{ version }] = useState(pages)
  const form = useForm({
    initial: { origins: pages.origins },
    check: ({ origins }): Record<string, string> => {
      const wrong = origins.find((origin) => !/^https?:\/\//.test(origin))
      return wrong === undefined ? {} : { origins: t('{{wrong}} does not begin with https://.', { wrong }) }
    },
    onSaved: onClose,
    save: async ({ origins }) => {
      await changed(updateDialPages({ body: { origins, version }, throwOnError: true }))
      notify.done(t('It is saved.'))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TagsInput label={t('Pages')} description={t('Scheme, name and port, as in the address of the page; Enter adds one.')} placeholder="https://crm.example.com" data-autofocus acceptValueOnBlur value={values.origins} error={errors.origins} onChange={(value) => set('origins', [...new Set(value.map(originOf))])} />
    </FormBody>
  )
}
