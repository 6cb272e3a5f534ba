/** Names of everything in the query cache. The first word is the room; invalidating it covers all below. */
export const keys = {
  session: ['session'] as const,
  setup: ['setup'] as const,
  extensions: ['extensions'] as const,
  calls: ['calls'] as const,
  history: ['calls', 'history'] as const,
  call: (id: string) => ['calls', 'one', id] as const,
  trace: (id: string) => ['calls', 'trace', id] as const,
  users: ['users'] as const,
  roles: ['roles'] as const,
  tokens: ['tokens'] as const,
  audit: ['audit'] as const,
  bans: ['bans'] as const,
  allowedNetworks: ['bans', 'allowed'] as const,
  system: ['system'] as const,
  certificates: ['system', 'certificates'] as const,
  targets: ['targets'] as const,
}
