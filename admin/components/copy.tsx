import { ActionIcon, Group, Text, Tooltip } from '@mantine/core'
import { Check, Copy } from 'lucide-react'
import { useEffect, useState, type ReactNode } from 'react'
import { t } from '../words/translate.ts'

/** Copies, also on plain-http addresses where the clipboard interface is missing. */
async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard !== undefined && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text)
      return true
    } catch {
      // Not allowed: the old way below still may be.
    }
  }
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  // Inside an open dialog the focus trap would take the selection away from the body.
  const host = document.querySelector('[role="dialog"]') ?? document.body
  host.append(area)
  area.select()
  const copied = document.execCommand('copy')
  area.remove()
  return copied
}

/** Remembers for two seconds that copying worked. */
export function useCopy(): { copied: boolean; failed: boolean; copy: (text: string) => void } {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), 2000)
    return () => clearTimeout(timer)
  }, [state])
  return {
    copied: state === 'copied',
    failed: state === 'failed',
    copy: (text) => void copyText(text).then((done) => setState(done ? 'copied' : 'failed')),
  }
}

export function CopyButton({ text, what }: { text: string; what: string }) {
  const { copied, failed, copy } = useCopy()
  const label = copied ? t('Copied') : failed ? t('Copying is not allowed here; select the text instead') : t('Copy {{what}}', { what })
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} color={copied ? 'green' : 'gray'} onClick={() => copy(text)}>
        {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  )
}

/** One named value with its copy button. */
export function CopyField({ label, value, mono = true, note }: { label: string; value: string; mono?: boolean; note?: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">{label}</Text>
      <Group gap="xs" wrap="nowrap" justify="space-between" align="center">
        <Text size="sm" fw={500} ff={mono ? 'monospace' : undefined} className="break-anywhere">{value}</Text>
        <CopyButton text={value} what={label.toLowerCase()} />
      </Group>
      {note !== undefined && <Text size="xs" c="dimmed">{note}</Text>}
    </div>
  )
}
