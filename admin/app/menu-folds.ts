import { useEffect, useState } from 'react'
import type { PlaceGroup } from './nav.ts'

/** Which groups a person folded or unfolded, in this browser. */
const KEPT = 'dialplane.menu'

function kept(): Record<string, boolean> {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Record<string, boolean>
  } catch {
    return {}
  }
}

export interface Folds {
  isOpen(group: PlaceGroup): boolean
  fold(group: PlaceGroup, open: boolean): void
}

/**
 * What is unfolded in the menu. The group one is in is always open when one comes to it, however one came;
 * whoever folds it then keeps it folded for the stay.
 * @param current the id of the group one is in
 */
export function useFolds(current: string | undefined): Folds {
  const [choices, setChoices] = useState(kept)
  const [foldedHere, setFoldedHere] = useState(false)
  useEffect(() => setFoldedHere(false), [current])
  return {
    isOpen: (group) => (group.id === current ? !foldedHere : (choices[group.id] ?? group.open ?? false)),
    fold(group, open) {
      if (group.id === current) setFoldedHere(!open)
      const next = { ...choices, [group.id]: open }
      setChoices(next)
      localStorage.setItem(KEPT, JSON.stringify(next))
    },
  }
}
