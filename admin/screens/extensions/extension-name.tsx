import { Skeleton, Text } from '@mantine/core'
import { useExtension } from './data.ts'
import { t } from '../../words/translate.ts'

/** Number and name of an extension of which the id is known, in a row. */
export function ExtensionName({ id }: { id: string }) {
  const { data, isError } = useExtension(id)
  if (data === undefined) return isError ? <Text size="sm" c="dimmed" flex={1}>{t('Deleted extension')}</Text> : <Skeleton height={16} flex={1} />
  return <Text size="sm" flex={1} truncate>{data.number} {data.name}</Text>
}
