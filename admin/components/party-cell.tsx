import { Text } from '@mantine/core'
import type { Party } from '../app/types.ts'
import { DialNumber } from '../softphone/dial-number.tsx'
import { t } from '../words/translate.ts'

/** Who it was, in a table: the name with its number below, which can be clicked to call it. Not in a column that opens its row. */
export function PartyCell({ party }: { party: Party }) {
  if (party.name === null) return <Text span inherit fw={500} >{party.number === '' ? t('Unknown') : <DialNumber number={party.number} />}</Text>
  return <><Text span inherit fw={500} display="block">{party.name}</Text><Text span size="xs" c="dimmed"><DialNumber number={party.number} /></Text></>
}
