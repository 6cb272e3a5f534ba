import { Text } from '@mantine/core'
import type { Party } from '../app/types.ts'

/** Who it was, in a table: the name with its number below. */
export function PartyCell({ party }: { party: Party }) {
  if (party.name === null) return <Text span inherit fw={500} className="numbers">{party.number === '' ? 'Unknown' : party.number}</Text>
  return <><Text span inherit fw={500} display="block">{party.name}</Text><Text span size="xs" c="dimmed" className="numbers">{party.number}</Text></>
}
