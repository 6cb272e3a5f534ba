import type { Endpoint } from '../../media/contract.ts'

/** The keys of a caller whom the house talks to: whoever knows the way presses the next one before it is asked for. */
export interface Keypad {
  /** Pressed and not taken yet, the oldest first. */
  readonly typed: string[]
  /** Told of the next key; whoever waits for one sets it. */
  onKey: (() => void) | undefined
  close(): void
}

/** What of a call this is about. */
interface Kept {
  keypad: Keypad | undefined
  readonly cleanup: Set<() => void>
}

/** The keypad of a call's caller; the same one however often it is asked for, until the call is over. */
export function keypadOf(call: Kept, endpoint: Endpoint): Keypad {
  call.keypad ??= keep(call, openKeypad(endpoint))
  return call.keypad
}

/** What was typed ahead goes with a caller who goes on from one menu to the next. */
export function handKeypad(from: Kept, to: Kept): void {
  const { keypad } = from
  if (!keypad) return
  from.keypad = undefined
  to.keypad = keep(to, keypad)
}

function keep(call: Kept, keypad: Keypad): Keypad {
  call.cleanup.add(() => {
    if (call.keypad === keypad) keypad.close()
  })
  return keypad
}

function openKeypad(endpoint: Endpoint): Keypad {
  const off = endpoint.on('digit', (digit) => {
    keypad.typed.push(digit)
    keypad.onKey?.()
  })
  const keypad: Keypad = { typed: [], onKey: undefined, close: off }
  return keypad
}
