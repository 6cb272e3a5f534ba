import { Button } from '@mantine/core'
import { Compass } from 'lucide-react'
import { Component, type ErrorInfo, type ReactNode } from 'react'
import { Link } from 'wouter'
import { Panel } from '../components/panel.ts'
import { EmptyState, ErrorState } from '../components/states.tsx'
import { t } from '../words/translate.ts'

interface BoundaryProps {
  children: ReactNode
  /** A new value clears the error: another screen was opened. */
  resetKey: string
}

/** Catches what a screen throws while drawing, so that the rest of the panel stays usable. */
export class ErrorBoundary extends Component<BoundaryProps, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error }
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    window.reportError(new Error(`${error.message}${info.componentStack ?? ''}`, { cause: error }))
  }

  override componentDidUpdate(previous: BoundaryProps): void {
    if (previous.resetKey !== this.props.resetKey && this.state.error !== null) this.setState({ error: null })
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === null) return this.props.children
    // After an update of Dialplane an open page asks for files that no longer exist; loading again brings the new ones.
    const outdated = /dynamically imported module|module script|preload/i.test(error.message)
    return (
      <Panel p={0}>
        <ErrorState
          error={new Error(outdated ? t('Dialplane was updated since this page was opened. Load it again to go on.') : t('This screen ran into an error of its own. Load it again; if it stays, tell your administrator what you did.'))}
          retry={() => window.location.reload()}
        />
      </Panel>
    )
  }
}

export function NotFound() {
  return (
    <Panel p={0}>
      <EmptyState icon={Compass} order={1} title={t('There is nothing at this address')} action={<Button component={Link} href="/">{t('Go to the overview')}</Button>}>
        {t('The link may be old, or what it led to was deleted.')}
      </EmptyState>
    </Panel>
  )
}

export function Forbidden() {
  return (
    <Panel p={0}>
      <EmptyState icon={Compass} order={1} title={t('You may not see this')} action={<Button component={Link} href="/">{t('Go to the overview')}</Button>}>
        {t('Your roles do not include this screen. Ask an administrator if you need it.')}
      </EmptyState>
    </Panel>
  )
}
