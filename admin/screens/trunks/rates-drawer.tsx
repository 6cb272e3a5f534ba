import { Alert, Anchor, Button, Drawer, FileInput, Group, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { CircleCheck } from 'lucide-react'
import { useState } from 'react'
import { keys } from '../../app/keys.ts'
import { notify } from '../../app/notify.ts'
import { rereading } from '../../app/query-client.ts'
import type { Trunk } from '../../app/types.ts'
import { deleteRates, importRates, listRates, quoteRates } from '../../client/index.ts'
import { Faults } from '../../components/faults.tsx'
import { Problem } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { price } from '../../words/money.ts'
import { rich, richPlural } from '../../words/rich.ts'
import { plural, t } from '../../words/translate.ts'

const changed = rereading(keys.rates)

/** What calls over a trunk cost: a list from a file, and what a number costs over each trunk. */
export function RatesDrawer({ trunk, onClose }: { trunk: Trunk | null; onClose: () => void }) {
  return (
    <Drawer opened={trunk !== null} onClose={onClose} title={<Text fw={650} fz="lg" span>{rich('Rates of trunk {{name}}', { name: trunk?.name })}</Text>}>
      {trunk !== null && <Stack gap="xl"><Deck trunk={trunk} /><Quote /></Stack>}
    </Drawer>
  )
}

function Deck({ trunk }: { trunk: Trunk }) {
  const decks = useQuery({ queryKey: keys.rates, queryFn: async () => (await listRates({ throwOnError: true })).data.data })
  const deck = decks.data?.find(({ trunkId }) => trunkId === trunk.id)
  const [file, setFile] = useState<File | null>(null)
  const [currency, setCurrency] = useState('USD')
  const read = async (chosen: File, trial: boolean) => (await importRates({ path: { id: trunk.id }, body: { csv: await chosen.text(), trial, ...(/^[A-Z]{3}$/.test(currency) && { currency }) }, throwOnError: true })).data.data
  const check = useMutation({ mutationFn: (chosen: File) => read(chosen, true) })
  const carryOut = useMutation({
    mutationFn: (chosen: File) => changed(read(chosen, false)),
    onSuccess: ({ count }) => {
      setFile(null)
      check.reset()
      notify.done(plural(count, '{{count}} rate is saved.', '{{count}} rates are saved.'))
    },
  })
  const forget = useMutation({ mutationFn: () => changed(deleteRates({ path: { id: trunk.id }, throwOnError: true })), onSuccess: () => notify.done(t('The rates are deleted.')) })
  const choose = (chosen: File | null) => {
    setFile(chosen)
    check.reset()
    carryOut.reset()
    if (chosen !== null) check.mutate(chosen)
  }
  const report = check.data
  return (
    <Stack gap="md">
      {deck === undefined ? <Text size="sm">{t('No rates yet: calls over this trunk cost nothing that is known, and count for no limit of what may be spent.')}</Text> : (
        <Group justify="space-between">
          <Text size="sm">{richPlural(deck.count, '{{count}} rate in {{currency}}, from {{time}}.', '{{count}} rates in {{currency}}, from {{time}}.', { currency: deck.currency, time: <Time at={deck.importedAt} /> })} <Anchor inherit href={`/api/v1/trunks/${trunk.id}/rates.csv`}>{t('Export')}</Anchor></Text>
          <Button size="compact-sm" variant="default" color="red" loading={forget.isPending} onClick={() => forget.mutate()}>{t('Delete')}</Button>
        </Group>
      )}
      <Text size="sm">{rich('A CSV file whose first line names the columns: <b>prefix</b> (such as 4930) and <b2>price</b2> of a minute; if wanted <b3>first</b3> and <b4>then</b4> (seconds that are paid for at least, and the steps after), <b5>fee</b5> of a call, <b6>currency</b6>, <b7>from</b7> (a day). It takes the place of the list before.', { b: (inside) => <b>{inside}</b>, b2: (inside) => <b>{inside}</b>, b3: (inside) => <b>{inside}</b>, b4: (inside) => <b>{inside}</b>, b5: (inside) => <b>{inside}</b>, b6: (inside) => <b>{inside}</b>, b7: (inside) => <b>{inside}</b> })}</Text>
      <TextInput label={t('Currency')} description={t('Of rates that name none. All trunks must have the same.')} maxLength={3} autoComplete="off" styles={{ input: { width: 120 } }} value={currency} onChange={(change) => setCurrency(change.currentTarget.value.trim().toUpperCase())} />
      <FileInput label={t('File')} placeholder={t('Choose a CSV file')} accept=".csv,text/csv" clearable value={file} onChange={choose} disabled={carryOut.isPending} />
      {check.isPending && <Text size="sm" c="dimmed" role="status">{t('Looking at the file…')}</Text>}
      <Problem error={check.error ?? carryOut.error ?? forget.error} />
      {report !== undefined && (report.errors.length > 0 ? <Faults errors={report.errors} /> : <Alert icon={<CircleCheck size={18} aria-hidden />} color="green" role="status">{plural(report.count, '{{count}} rate in {{currency}}.', '{{count}} rates in {{currency}}.', { currency: report.currency ?? '' })}</Alert>)}
      <Group justify="flex-end"><Button disabled={file === null || report === undefined || report.errors.length > 0} loading={carryOut.isPending} onClick={() => file !== null && carryOut.mutate(file)}>{t('Import rates')}</Button></Group>
    </Stack>
  )
}

function Quote() {
  const [number, setNumber] = useState('')
  const quote = useMutation({ mutationFn: async (asked: string) => (await quoteRates({ query: { number: asked }, throwOnError: true })).data.data })
  return (
    <form onSubmit={(event) => (event.preventDefault(), quote.mutate(number))}>
      <Stack gap="sm">
        <Group align="flex-end" gap="xs">
          <TextInput label={t('What would a call cost?')} placeholder="+4930123456" inputMode="tel" autoComplete="off" style={{ flex: 1 }} value={number} onChange={(change) => setNumber(change.currentTarget.value)} />
          <Button type="submit" variant="default" disabled={number.trim() === ''} loading={quote.isPending}>{t('Look up')}</Button>
        </Group>
        <Problem error={quote.error} />
        {quote.data?.length === 0 && <Text size="sm" c="dimmed">{t('No trunk has rates.')}</Text>}
        {quote.data?.map(({ trunkId, trunk, rate, firstMinute }) => (
          <Text key={trunkId} size="sm"><b>{trunk}</b>: {rate === null || firstMinute === null ? t('no rate for this number') : t('{{firstMinute}} for the first minute ({{price}} a minute, {{first}}/{{then}} s, for {{prefix}}…)', { firstMinute: price(firstMinute, rate.currency), price: price(rate.price, rate.currency), first: rate.first, then: rate.then, prefix: rate.prefix })}</Text>
        ))}
      </Stack>
    </form>
  )
}
