import { Group, SimpleGrid, Text, Title } from '@mantine/core'
import { Lock, LockOpen } from 'lucide-react'
import type { Call, Leg } from '../../app/types.ts'
import { Fact } from '../../components/fact.tsx'
import { Panel } from '../../components/panel.ts'
import { StatusBadge, StatusDot } from '../../components/status.tsx'
import { codecName, divertedWords, legStateWords, percent, qualityWording } from '../../words/call.ts'
import { identityWording } from '../../words/identity.ts'
import { securityWords } from '../../words/encryption.ts'
import { duration, instant } from '../../words/time.ts'
import { price } from '../../words/money.ts'
import { decimal, figure, plural, t } from '../../words/translate.ts'

/** A card for each phone that took part, with how it sounded. */
export function Legs({ call }: { call: Call }) {
  return (
    <section aria-labelledby="legs">
      <Title order={2} id="legs" mb="xs">{t('Phones in this call')}</Title>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
        {call.legs.map((leg) => <LegCard key={leg.id} leg={leg} />)}
      </SimpleGrid>
      {call.legs.length === 0 && <Panel><Text size="sm" c="dimmed">{t('No phone took part.')}</Text></Panel>}
    </section>
  )
}

function wording(leg: Leg): { label: string; tone: 'good' | 'warning' | 'bad' | 'busy' | 'quiet' } {
  if (leg.state !== 'ended') return legStateWords[leg.state]
  return leg.answeredAt === null ? { label: t('Did not answer'), tone: 'quiet' } : { label: t('Answered'), tone: 'good' }
}

function LegCard({ leg }: { leg: Leg }) {
  const { media } = leg
  return (
    <Panel>
      <Group justify="space-between" wrap="nowrap" align="flex-start" gap="sm">
        <div style={{ minWidth: 0 }}>
          <Text size="xs" c="dimmed">{leg.role === 'caller' ? t('Caller') : t('Called phone')}</Text>
          <Text fw={600} className="break-anywhere">{leg.name === null ? leg.number : `${leg.name} (${leg.number})`}</Text>
          <Text size="sm" c="dimmed" className="break-anywhere">{t('{{address}} over {{transport}}', { address: leg.address, transport: leg.transport.toUpperCase() })}{leg.userAgent !== null && ` · ${leg.userAgent}`}</Text>
        </div>
        <StatusBadge {...(leg.role === 'caller' && leg.state === 'ended' ? { label: t('Ended'), tone: 'quiet' } : wording(leg))} />
      </Group>
      {leg.ended !== null && <Text size="sm" mt="xs">{leg.ended}</Text>}
      <SimpleGrid cols={{ base: 2, xs: 3 }} spacing="sm" mt="md">
        <Fact label={t('Encoding')}>{codecName(leg.codec)}</Fact>
        <Fact label={t('Encryption')} hint={t('Of the audio between this phone and Dialplane')}>
          <Group gap={4} wrap="nowrap">{leg.security === null ? <LockOpen size={14} aria-hidden style={{ flexShrink: 0 }} /> : <Lock size={14} aria-hidden style={{ flexShrink: 0 }} />}{securityWords(leg.security)}</Group>
        </Fact>
        {leg.identity !== null && <Fact label={t('Caller')} hint={leg.identity.verstat}><StatusDot {...identityWording(leg.identity)} /></Fact>}
        {leg.cost !== null && leg.answeredAt !== null && <Fact label={t('Cost')} hint={t('By the rates of the trunk')}>{price(leg.cost.amount, leg.cost.currency)}</Fact>}
        {leg.ringingAt !== null && leg.role === 'callee' && <Fact label={t('Rang for')}>{duration(instant(leg.answeredAt ?? leg.endedAt ?? leg.ringingAt) - instant(leg.ringingAt))}</Fact>}
        {media !== null && (
          <>
            <Fact label={t('Sound from it')}><StatusDot {...qualityWording(media.mos)} /></Fact>
            <Fact label="MOS" hint={t('Estimated score: 1 is bad, 4.4 the best a telephone line reaches')}>{media.mos === null ? '–' : decimal(media.mos, 2)}</Fact>
            <Fact label={t('Lost')} hint={plural(media.packetsLost, '{{count}} packets', '{{count}} packets')}>{percent(media.lossRate)}</Fact>
            <Fact label={t('Jitter')} hint={t('How unevenly the packets came')}>{`${decimal(media.jitterMs, 1)} ms`}</Fact>
            <Fact label={t('Round trip')}>{media.roundTripMs === null ? '–' : `${media.roundTripMs.toFixed(0)} ms`}</Fact>
            <Fact label={t('Packets in / out')}>{figure(media.packetsReceived)} / {figure(media.packetsSent)}</Fact>
          </>
        )}
      </SimpleGrid>
      {leg.identity !== null && <Text size="sm" c="dimmed" mt="sm" className="break-anywhere">{leg.identity.reason}{leg.identity.origin !== null && ` ${t('Origin {{origin}}.', { origin: leg.identity.origin })}`}</Text>}
      {leg.diverted.length > 0 && <Text size="sm" mt="sm" className="break-anywhere">{t('Sent on before it came here: {{who}}.', { who: leg.diverted.map(divertedWords).join(', ') })}</Text>}
      {media !== null && <Text size="xs" c="dimmed" mt="sm" className="numbers break-anywhere">{media.remote === null ? t('No audio came from this phone, at our {{local}}', { local: media.local }) : t('Audio from {{remote}}, at our {{local}}', { remote: media.remote, local: media.local })}</Text>}
    </Panel>
  )
}
