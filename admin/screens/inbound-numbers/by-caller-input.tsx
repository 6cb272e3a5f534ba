import { Button, Group, Input, Stack, TextInput } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { TargetInput } from '../dial-plan/target-input.tsx'
import { t } from '../../words/translate.ts'

/** A row of the form; `key` tells it from the others while it is typed. */
export interface Rule {
  key: number
  caller: string
  destination: string
}

let made = 0
export const newRule = (caller = '', destination = ''): Rule => ({ key: ++made, caller, destination })

/** Who of the callers goes elsewhere. */
export function ByCallerInput({ rules, error, onChange }: { rules: Rule[]; error: string | undefined; onChange: (rules: Rule[]) => void }) {
  const change = (key: number, values: Partial<Rule>) => onChange(rules.map((rule) => (rule.key === key ? { ...rule, ...values } : rule)))
  return (
    <Stack gap="xs">
      <div>
        <Input.Label component="div">{t('Some callers go elsewhere')}</Input.Label>
        <Input.Description>{t('A number with its country code, +1202* for all that begin so, or anonymous for whoever hides it. What says most of a number counts; everybody else goes to the destination above.')}</Input.Description>
      </div>
      {rules.map(({ key, caller, destination }, at) => (
        <Group key={key} gap="xs" wrap="nowrap" align="flex-end">
          <div style={{ flex: 1 }}><TextInput label={t('Caller {{at}}', { at: at + 1 })} placeholder="+1202*" autoComplete="off" value={caller} onChange={(event) => change(key, { caller: event.currentTarget.value })} /></div>
          <div style={{ flex: 1 }}><TargetInput label={t('Caller {{at}} goes to', { at: at + 1 })} value={destination} error={undefined} onChange={(target) => change(key, { destination: target })} /></div>
          <Button variant="default" px="xs" aria-label={t('Take caller {{at}} out', { at: at + 1 })} onClick={() => onChange(rules.filter((rule) => rule.key !== key))}><X size={16} aria-hidden /></Button>
        </Group>
      ))}
      {error !== undefined && <Input.Error role="alert">{error}</Input.Error>}
      <Group><Button size="xs" variant="default" leftSection={<Plus size={14} aria-hidden />} onClick={() => onChange([...rules, newRule()])}>{t('Add a caller')}</Button></Group>
    </Stack>
  )
}
