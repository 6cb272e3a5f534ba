import { MultiSelect, Select } from '@mantine/core'
import type { Trunk } from '../../app/types.ts'
import { codecChoices, dtmfChoices, packetChoices } from '../../words/trunk.ts'
import { t } from '../../words/translate.ts'

export type SoundValues = Pick<Trunk, 'codecs' | 'dtmf' | 'packetMs'>

interface SoundFieldsProps {
  values: SoundValues
  errors: Partial<Record<keyof SoundValues, string>>
  set: <K extends keyof SoundValues>(field: K, value: SoundValues[K]) => void
}

/** What the carrier wants of the sound, and how keys go to it. */
export function SoundFields({ values, errors, set }: SoundFieldsProps) {
  return (
    <>
      <MultiSelect label={t('Codecs')} description={t('Those that the carrier takes, in the order in which you choose them. Empty: all that we have.')} placeholder={values.codecs.length === 0 ? t('All') : undefined} data={codecChoices} clearable value={values.codecs} error={errors.codecs} onChange={(value) => set('codecs', value as Trunk['codecs'])} />
      <Select label={t('Keys that are pressed (DTMF)')} description={t('The other party gets them as its own phone takes them.')} data={dtmfChoices} allowDeselect={false} value={values.dtmf} error={errors.dtmf} onChange={(value) => set('dtmf', (value ?? 'auto') as Trunk['dtmf'])} />
      <Select label={t('Sound in a packet')} data={packetChoices} allowDeselect={false} value={String(values.packetMs ?? '')} error={errors.packetMs} onChange={(value) => set('packetMs', (value === null || value === '' ? null : Number(value)) as Trunk['packetMs'])} />
    </>
  )
}
