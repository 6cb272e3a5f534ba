import { CloseButton, Kbd, TextInput } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { t } from '../words/translate.ts'

/** The search field of a list: `/` jumps into it, Esc empties it, typing searches after a short rest. */
export function SearchInput({ value, onChange, label }: { value: string; onChange: (value: string) => void; label: string }) {
  const [typed, setTyped] = useState(value)
  const field = useRef<HTMLInputElement>(null)
  const latest = useRef({ value, onChange })
  latest.current = { value, onChange }
  useHotkeys([['/', () => field.current?.focus()]])
  useEffect(() => setTyped(value), [value])
  useEffect(() => {
    const timer = setTimeout(() => {
      if (typed !== latest.current.value) latest.current.onChange(typed)
    }, 250)
    return () => clearTimeout(timer)
  }, [typed])
  return (
    <TextInput
      ref={field}
      type="text"
      role="searchbox"
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={(change) => setTyped(change.currentTarget.value)}
      onKeyDown={(pressed) => {
        if (pressed.key !== 'Escape') return
        setTyped('')
        onChange('')
      }}
      leftSection={<Search size={16} aria-hidden />}
      rightSection={typed === '' ? <Kbd size="xs" visibleFrom="sm" aria-hidden>/</Kbd> : <CloseButton size="sm" aria-label={t('Clear search')} onClick={() => setTyped('')} />}
      w={{ base: '100%', sm: 280 }}
    />
  )
}
