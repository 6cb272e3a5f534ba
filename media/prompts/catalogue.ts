/** What the house says by itself. Names are stable; the text may change, its sound is then made again. */
export const catalogue = {
  'not-in-service': 'The number you have dialled is not in service. Please check the number and try again.',
  busy: 'The person you are calling is busy. Please try again later.',
  unavailable: 'The person you are calling is not available. Please try again later.',
  'no-emergency-line': 'This telephone cannot call emergency services. Hang up, and use another telephone now.',
  'not-allowed': 'You are not allowed to call this number.',
  'try-again': 'Your call cannot be completed right now. Please try again in a moment.',
  'call-recorded': 'This call is being recorded.',
} as const satisfies Readonly<Record<string, string>>

export type PromptName = keyof typeof catalogue
