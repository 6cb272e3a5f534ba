import { Button, SimpleGrid } from '@mantine/core'
import { t } from '../words/translate.ts'

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']

export function Keypad({ onKey }: { onKey: (key: string) => void }) {
  return (
    <SimpleGrid cols={3} spacing={6} role="group" aria-label={t('Keypad')}>
      {KEYS.map((key) => <Button key={key} variant="default" size="sm" aria-label={key === '*' ? t('star') : key === '#' ? t('hash') : key} onClick={() => onKey(key)}>{key}</Button>)}
    </SimpleGrid>
  )
}
