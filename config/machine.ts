/**
 * State machines as literal tables: state → input → next state.
 *
 * The table is the documentation; `step` is the only setter, and an input that the
 * table does not allow throws, because it is a bug in the caller and not an event
 * of the outside world (outside events must be in the table, even if they lead nowhere).
 */
export type MachineTable<S extends string, I extends string> = { readonly [state in S]: { readonly [input in I]?: S } }

export interface Machine<S extends string, I extends string> {
  readonly state: S
  /** Moves on and returns the new state. Throws on an input that the table does not allow. */
  step(input: I): S
  /** Whether the table allows `input` now. */
  can(input: I): boolean
}

/**
 * @param onStep called after each step with the new and the previous state
 */
export function createMachine<S extends string, I extends string>(
  name: string,
  table: MachineTable<S, I>,
  initial: S,
  onStep?: (state: S, previous: S, input: I) => void,
): Machine<S, I> {
  let state = initial
  return {
    get state() {
      return state
    },
    can: (input) => table[state][input] !== undefined,
    step(input) {
      const next = table[state][input]
      if (next === undefined) throw new Error(`${name}: '${input}' is not allowed in state '${state}'`)
      const previous = state
      state = next
      onStep?.(next, previous, input)
      return next
    },
  }
}
