import { Alert, Button, Stack, Tabs } from '@mantine/core'
import { Settings, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useCan } from '../../app/session.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { useListState } from '../../components/use-list-state.ts'
import { useTrunks } from '../trunks/data.ts'
import { HelpCalls } from './calls.tsx'
import { useSettings, useSites, useTested } from './data.ts'
import { Networks } from './networks.tsx'
import { Phones } from './phones.tsx'
import { Places } from './places.tsx'
import { EmergencySettingsForm } from './settings-form.tsx'
import { PlaceTests } from './tests.tsx'
import { rich } from '../../words/rich.ts'
import { listWords, plural, t } from '../../words/translate.ts'

const tabs = ['calls', 'phones', 'places', 'networks', 'tests'] as const

/** Calls for help: where phones are, who is told, what became of each. */
export default function Emergency() {
  const list = useListState('started_at', 'desc')
  const can = useCan()
  const [settings, setSettings] = useState(false)
  const sites = useSites()
  const numbers = listWords([...new Set(['911', '112', ...(sites.data ?? []).flatMap(({ helpNumbers }) => helpNumbers)])])
  const tab = tabs.find((one) => one === list.get('tab')) ?? 'calls'
  return (
    <Stack gap="md">
      <PageHeader title={t('Emergency')} lead={t('Calls to {{numbers}} go out before every other rule. Here you say where your phones are, so that help finds the caller, and who in the house is told.', { numbers })} actions={can('emergency.write') && <Button variant="default" leftSection={<Settings size={16} aria-hidden />} onClick={() => setSettings(true)}>{t('Who is told')}</Button>} />
      <Warnings onSettings={() => setSettings(true)} />
      <Tabs value={tab} onChange={(value) => list.set({ tab: value === 'calls' ? '' : (value ?? '') })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="calls">{t('Calls and tests')}</Tabs.Tab>
          <Tabs.Tab value="phones">{t('Phones')}</Tabs.Tab>
          <Tabs.Tab value="places">{t('Places')}</Tabs.Tab>
          <Tabs.Tab value="networks">{t('Networks')}</Tabs.Tab>
          <Tabs.Tab value="tests">{t('Tests of places')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="calls"><HelpCalls /></Tabs.Panel>
        <Tabs.Panel value="phones"><Phones /></Tabs.Panel>
        <Tabs.Panel value="places"><Places /></Tabs.Panel>
        <Tabs.Panel value="networks"><Networks /></Tabs.Panel>
        <Tabs.Panel value="tests"><PlaceTests /></Tabs.Panel>
      </Tabs>
      <EmergencySettingsForm opened={settings} onClose={() => setSettings(false)} />
    </Stack>
  )
}

/** What would go wrong today. */
function Warnings({ onSettings }: { onSettings: () => void }) {
  const can = useCan()
  const settings = useSettings()
  const trunks = useTrunks({ enabled: can('trunks.read') })
  const noTrunk = trunks.data !== undefined && !trunks.data.some(({ emergency, enabled }) => emergency && enabled)
  const nobody = settings.data !== undefined && settings.data.mailTo.length === 0 && settings.data.extensions.length === 0
  const tested = useTested()
  const wrong = (tested.data ?? []).filter(({ last, overdue }) => last?.passed === false || overdue).length
  if (!noTrunk && !nobody && wrong === 0 && settings.data?.locationId !== null) return null
  return (
    <Alert color="red" icon={<TriangleAlert size={18} aria-hidden />} title={t('Before somebody needs help')}>
      <Stack gap={4}>
        {noTrunk && <span>{rich('No trunk carries calls to the emergency services: a caller of 911 is told to use another phone. <link>Trunks</link>', { link: (inside) => <Link href="/trunks">{inside}</Link> })}</span>}
        {settings.data?.locationId === null && <span>{t('Phones that no network and no place is known of are nowhere. Add a place, and choose it as the default.')} {can('emergency.write') && <Button variant="subtle" size="compact-sm" onClick={onSettings}>{t('Choose')}</Button>}</span>}
        {wrong > 0 && <span>{plural(wrong, '{{count}} place has failed its test, or has had none for too long.', '{{count}} places have failed their test, or have had none for too long.')} <Link href="/emergency?tab=tests">{t('Tests of places')}</Link></span>}
        {nobody && <span>{t('Nobody is told when somebody calls for help.')} {can('emergency.write') && <Button variant="subtle" size="compact-sm" onClick={onSettings}>{t('Say who')}</Button>}</span>}
      </Stack>
    </Alert>
  )
}
