import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect } from 'react'
import { Redirect, Route, Switch, useLocation, useSearch } from 'wouter'
import { ErrorState, PageLoader } from '../components/states.tsx'
import { startLive } from '../live/connection.ts'
import { readSession, readSetup, rememberedNext } from './auth.ts'
import { keys } from './keys.ts'
import { Routes } from './routes.tsx'
import { SessionContext } from './session.tsx'
import { Shell } from './shell.tsx'
import type { Session } from './types.ts'

const SignIn = lazy(() => import('../screens/sign-in/sign-in.tsx'))
const ProviderReturn = lazy(() => import('../screens/sign-in/provider-return.tsx'))
const Setup = lazy(() => import('../screens/setup/setup.tsx'))

/** Only addresses inside the panel: a link must not lead a freshly signed-in person elsewhere. */
export function safeNext(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) && !next.startsWith('/sign-in') && !next.startsWith('/setup') ? next : '/'
}

/** Decides between first run, sign-in and the panel. */
export function Gate() {
  const session = useQuery({ queryKey: keys.session, queryFn: readSession, staleTime: 60_000 })
  if (session.data != null) return <SignedIn session={session.data} />
  if (session.isPending) return <PageLoader />
  if (session.isError) return <ErrorState error={session.error} retry={() => void session.refetch()} />
  return <SignedOut />
}

function SignedIn({ session }: { session: Session }) {
  const [location] = useLocation()
  const query = useSearch()
  const who = session.user.id
  useEffect(startLive, [who])
  if (location === '/sign-in/provider') return <Redirect to={safeNext(rememberedNext())} replace />
  if (location === '/sign-in' || location === '/setup') {
    return <Redirect to={safeNext(new URLSearchParams(query).get('next'))} replace />
  }
  return (
    <SessionContext value={session}>
      <Shell><Routes /></Shell>
    </SessionContext>
  )
}

function SignedOut() {
  const setup = useQuery({ queryKey: keys.setup, queryFn: readSetup, staleTime: Infinity })
  const [location] = useLocation()
  const query = useSearch()
  if (setup.isPending) return <PageLoader />
  if (setup.isError) return <ErrorState error={setup.error} retry={() => void setup.refetch()} />
  const here = query === '' ? location : `${location}?${query}`
  const next = safeNext(here) === '/' ? '' : `?next=${encodeURIComponent(here)}`
  return (
    <Suspense fallback={<PageLoader />}>
      <Switch>
        <Route path="/setup">{setup.data.needed ? <Setup /> : <Redirect to="/sign-in" replace />}</Route>
        <Route path="/sign-in/provider"><ProviderReturn /></Route>
        <Route path="/sign-in">{setup.data.needed ? <Redirect to="/setup" replace /> : <SignIn />}</Route>
        <Route><Redirect to={setup.data.needed ? '/setup' : `/sign-in${next}`} replace /></Route>
      </Switch>
    </Suspense>
  )
}
