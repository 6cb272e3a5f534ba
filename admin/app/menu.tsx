import { Badge, NavLink, UnstyledButton } from '@mantine/core'
import { ChevronRight } from 'lucide-react'
import { useEffect, useRef, type KeyboardEvent } from 'react'
import { Link, useLocation } from 'wouter'
import { useLive } from '../live/store.ts'
import { useFolds } from './menu-folds.ts'
import classes from './menu.module.css'
import { overview, placeGroups, type Place, type PlaceGroup } from './nav.ts'
import { useCan } from './session.tsx'
import { t } from '../words/translate.ts'

/** Which entry of the menu a screen belongs to. A call's page belongs to the live calls until it is over. */
function entryOf(location: string, isLive: (callId: string) => boolean): string {
  const [, first = '', second] = location.split('/')
  if (first === 'calls' && second !== undefined) return isLive(second) ? '/calls' : '/history'
  return `/${first}`
}

/** Up and down go from line to line; right unfolds, left folds or goes to the heading. */
function moveInMenu(pressed: KeyboardEvent<HTMLDivElement>): void {
  const lines = [...pressed.currentTarget.querySelectorAll<HTMLElement>('a, button')]
  const here = lines.indexOf(document.activeElement as HTMLElement)
  const line = lines[here]
  if (line === undefined) return
  const isOpen = line.getAttribute('aria-expanded')
  const heading = line.closest('[data-group]')?.querySelector('button') ?? undefined
  const actions: Record<string, (() => void) | undefined> = {
    ArrowDown: () => lines[here + 1]?.focus(),
    ArrowUp: () => lines[here - 1]?.focus(),
    Home: () => lines[0]?.focus(),
    End: () => lines.at(-1)?.focus(),
    ArrowRight: isOpen === 'false' ? () => line.click() : undefined,
    ArrowLeft: isOpen === 'true' ? () => line.click() : isOpen === null ? () => heading?.focus() : undefined,
  }
  const action = actions[pressed.key]
  if (action === undefined) return
  pressed.preventDefault()
  action()
}

function Entry({ place: { href, label, icon: Icon }, here }: { place: Place; here: string }) {
  const liveCalls = useLive((state) => (href === '/calls' ? state.calls.size : 0))
  return (
    <NavLink
      component={Link}
      href={href}
      label={label}
      active={here === href}
      aria-current={here === href ? 'page' : undefined}
      leftSection={<Icon size={18} aria-hidden />}
      rightSection={liveCalls > 0 ? <Badge size="sm" circle={liveCalls < 10} aria-label={t('{{liveCalls}} going on', { liveCalls })}>{liveCalls}</Badge> : undefined}
      className={classes.entry}
    />
  )
}

function FoldedGroup({ group, here, open, onFold }: { group: PlaceGroup; here: string; open: boolean; onFold: (open: boolean) => void }) {
  const list = `menu-${group.id}`
  return (
    <div className={classes.group} data-group>
      <UnstyledButton className={classes.heading} aria-expanded={open} aria-controls={list} onClick={() => onFold(!open)}>
        {group.label}
        <ChevronRight size={14} aria-hidden />
      </UnstyledButton>
      <div id={list} role="group" aria-label={group.label} hidden={!open}>
        {open && group.places.map((place) => <Entry key={place.href} place={place} here={here} />)}
      </div>
    </div>
  )
}

/** The panel's menu: groups that fold, each entry one may see, the one shown marked. */
export function MainMenu({ shown }: { shown: boolean }) {
  const can = useCan()
  const [location] = useLocation()
  const here = useLive((state) => entryOf(location, (id) => state.calls.has(id)))
  const groups = placeGroups
    .map((group) => ({ ...group, places: group.places.filter((place) => place.permission === undefined || can(place.permission)) }))
    .filter((group) => group.places.length > 0)
  const folds = useFolds(groups.find((group) => group.places.some((place) => place.href === here))?.id)
  const menu = useRef<HTMLDivElement>(null)
  // The menu can be longer than the screen: where one is must be seen in it.
  useEffect(() => {
    // It answers with a promise in some browsers, which an effect must not hand to React.
    void menu.current?.querySelector('[aria-current=page]')?.scrollIntoView({ block: 'nearest' })
  }, [here, shown])
  return (
    <div ref={menu} onKeyDown={moveInMenu}>
      <div className={classes.group}><Entry place={overview} here={here} /></div>
      {groups.map((group) => {
        const [only, second] = group.places
        if (only !== undefined && second === undefined) return <div key={group.id} className={classes.group}><Entry place={only} here={here} /></div>
        return <FoldedGroup key={group.id} group={group} here={here} open={folds.isOpen(group)} onFold={(open) => folds.fold(group, open)} />
      })}
    </div>
  )
}
