import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { Router } from 'wouter'
import { Gate } from './gate.tsx'
import { queryClient } from './query-client.ts'
import { cssVariables, theme } from './theme.ts'

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <Notifications position="bottom-left" limit={4} />
      <QueryClientProvider client={queryClient}>
        <Router base="/admin">
          <Gate />
        </Router>
      </QueryClientProvider>
    </MantineProvider>
  )
}
