import { Kbd, Modal, Text, TextInput, UnstyledButton } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { Phone, Search, UserRound, type LucideIcon } from 'lucide-react'
import { useEffect, useId, useState } from 'react'
import { useLocation } from 'wouter'
import { useExtensions } from '../screens/extensions/data.ts'
import { overview, placeGroups } from './nav.ts'
import classes from './quick-open.module.css'
import { useCan } from './session.tsx'
import { rich } from '../words/rich.ts'
import { t } from '../words/translate.ts'

interface Target {
  href: string
  label: string
  hint: string
  icon: LucideIcon
}

/** Ctrl-K: jump to a screen or an extension by typing. */
export function QuickOpen({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} withCloseButton={false} padding={0} centered={false} yOffset="12vh" size="md" attributes={{ content: { 'aria-label': t('Go to') } }}>
      {opened && <Finder onClose={onClose} />}
    </Modal>
  )
}

function useTargets(typed: string): Target[] {
  const can = useCan()
  const [search] = useDebouncedValue(typed.trim(), 150)
  const extensions = useExtensions({ search, limit: 6 }, { enabled: search !== '' && can('extensions.read') })
  const wanted = typed.trim().toLowerCase()
  const screens = [{ ...overview, hint: '' }]
    .concat(placeGroups.flatMap(({ label, places }) => places.map((place) => ({ ...place, hint: label }))))
    .concat([{ href: '/account', label: t('My account'), icon: UserRound, hint: t('Password and colours') }])
    .filter((place) => place.permission === undefined || can(place.permission))
    .filter((place) => `${place.label} ${place.hint}`.toLowerCase().includes(wanted))
    .sort((one, other) => Number(other.label.toLowerCase().includes(wanted)) - Number(one.label.toLowerCase().includes(wanted)))
  const found = wanted === '' ? [] : (extensions.data?.data ?? [])
  return [
    ...found.map((extension) => ({ href: `/extensions/${extension.id}`, label: `${extension.number} ${extension.name}`, hint: t('Extension'), icon: Phone })),
    ...screens,
  ]
}

function Finder({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState(0)
  const [, navigate] = useLocation()
  const listId = useId()
  const targets = useTargets(typed)
  useEffect(() => setChosen(0), [typed])
  const open = (target: Target | undefined) => {
    if (target === undefined) return
    navigate(target.href)
    onClose()
  }
  return (
    <>
      <TextInput
        data-autofocus
        size="md"
        variant="unstyled"
        px="md"
        py={6}
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={targets.length > 0 ? `${listId}-${chosen}` : undefined}
        aria-label={t('Go to a screen or an extension')}
        placeholder={t('Go to a screen or an extension')}
        leftSection={<Search size={18} aria-hidden />}
        leftSectionPointerEvents="none"
        value={typed}
        onChange={(change) => setTyped(change.currentTarget.value)}
        onKeyDown={(pressed) => {
          const step = pressed.key === 'ArrowDown' ? 1 : pressed.key === 'ArrowUp' ? -1 : 0
          if (step !== 0) {
            pressed.preventDefault()
            setChosen((index) => (index + step + targets.length) % Math.max(1, targets.length))
          } else if (pressed.key === 'Enter') {
            open(targets[chosen])
          }
        }}
      />
      <div id={listId} role="listbox" aria-label={t('Places')} className={classes.list}>
        {targets.map((target, index) => (
          <UnstyledButton
            key={target.href}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            className={classes.option}
            onMouseMove={() => setChosen(index)}
            onClick={() => open(target)}
          >
            <target.icon size={16} aria-hidden />
            <Text size="sm" span truncate>{target.label}</Text>
            <Text size="xs" c="dimmed" span ml="auto">{target.hint}</Text>
          </UnstyledButton>
        ))}
        {targets.length === 0 && <Text size="sm" c="dimmed" p="md">{t('Nothing found. Try a number, a name or the name of a screen.')}</Text>}
      </div>
      <Text size="xs" c="dimmed" px="md" py="xs" className={classes.keys} visibleFrom="sm">
        {rich('{{kbd}} {{kbd2}} choose · {{kbd3}} open · {{kbd4}} close', { kbd: <Kbd size="xs">↑</Kbd>, kbd2: <Kbd size="xs">↓</Kbd>, kbd3: <Kbd size="xs">Enter</Kbd>, kbd4: <Kbd size="xs">Esc</Kbd> })}
      </Text>
    </>
  )
}
