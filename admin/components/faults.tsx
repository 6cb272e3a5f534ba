import { Alert, Stack, Table, Text } from '@mantine/core'
import { TriangleAlert } from 'lucide-react'
import { plural, t } from '../words/translate.ts'

const MOST_SHOWN = 100

/** What is wrong with a file, line by line. */
export function Faults({ errors }: { errors: readonly { line: number; field: string; message: string }[] }) {
  return (
    <Stack gap="xs">
      <Alert icon={<TriangleAlert size={18} aria-hidden />} color="red">{plural(errors.length, 'One thing is wrong with this file. Correct it and choose it again; nothing was changed.', '{{count}} things are wrong with this file. Correct it and choose it again; nothing was changed.')}</Alert>
      <Table fz="sm" horizontalSpacing="xs">
        <Table.Thead><Table.Tr><Table.Th>{t('Line')}</Table.Th><Table.Th>{t('Column')}</Table.Th><Table.Th>{t('What is wrong')}</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {errors.slice(0, MOST_SHOWN).map(({ line, field, message }, at) => (
            <Table.Tr key={`${line} ${field} ${at}`}><Table.Td className="numbers">{line}</Table.Td><Table.Td>{field}</Table.Td><Table.Td className="break-anywhere">{message}</Table.Td></Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {errors.length > MOST_SHOWN && <Text size="sm" c="dimmed">{t('And {{errors}} more.', { errors: errors.length - MOST_SHOWN })}</Text>}
    </Stack>
  )
}
