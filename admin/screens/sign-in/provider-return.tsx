import { Button, Center, Loader, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { enter } from '../../app/auth.ts'
import { finishProviderSignIn, type ProviderAnswer } from '../../client/index.ts'
import { Doorway } from '../../components/doorway.tsx'
import { Problem } from '../../components/states.tsx'
import { CodeStep, RequiredEnrolment } from './second-step.tsx'
import { t } from '../../words/translate.ts'

/** What the provider may add is not ours to read: only these are sent on. */
function answerIn(query: string): ProviderAnswer {
  const given = new URLSearchParams(query)
  const answer: ProviderAnswer = { state: given.get('state') ?? '-' }
  for (const name of ['code', 'iss', 'error', 'error_description'] as const) {
    const value = given.get(name)
    if (value !== null) answer[name] = value
  }
  return answer
}

/** Back from a provider of sign-in. */
export default function ProviderReturn() {
  const [, navigate] = useLocation()
  const [answer] = useState(() => answerIn(window.location.search))
  // Asked once: a code is good once.
  const finish = useQuery({
    queryKey: ['provider-sign-in', answer.state],
    queryFn: async () => {
      const data = (await finishProviderSignIn({ body: answer, throwOnError: true })).data.data
      if ('next' in data) return data
      enter(data)
      return null
    },
    staleTime: Infinity, retry: false, refetchOnWindowFocus: false, refetchOnReconnect: false,
  })
  useEffect(() => {
    // The code is used up, and need not stand in the history.
    window.history.replaceState(null, '', window.location.pathname)
  }, [])
  const back = () => navigate('/sign-in', { replace: true })
  if (finish.data != null) {
    const Step = finish.data.next === 'code' ? CodeStep : RequiredEnrolment
    return <Doorway title={finish.data.next === 'code' ? t('Your second factor') : t('A second factor')}><Step step={finish.data} onBack={back} /></Doorway>
  }
  return (
    <Doorway title={t('Signing in')}>
      {finish.error === null ? <Center><Loader aria-label={t('Loading')} /></Center> : <Stack gap="md"><Problem error={finish.error} /><Button onClick={back}>{t('Back to sign-in')}</Button></Stack>}
    </Doorway>
  )
}
