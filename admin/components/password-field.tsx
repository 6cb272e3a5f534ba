import { PasswordInput } from '@mantine/core'
import { Check, Dot } from 'lucide-react'
import { useId } from 'react'
import classes from './password-field.module.css'
import { t } from '../words/translate.ts'

export const PASSWORD_MIN = 12

/** What our side can tell about a new password; the API also refuses the ones everybody tries first. */
export function passwordRules(password: string, person: { name: string; email: string }): { rule: string; met: boolean }[] {
  const given = password.trim().toLowerCase()
  const own = [person.email, person.email.split('@')[0] ?? '', person.name].map((word) => word.trim().toLowerCase()).filter((word) => word !== '')
  return [
    { rule: t('At least {{PASSWORD_MIN}} characters; a few words in a row are good', { PASSWORD_MIN }), met: password.length >= PASSWORD_MIN },
    { rule: t('Not your name or e-mail address'), met: given !== '' && !own.includes(given) },
  ]
}

interface PasswordFieldProps {
  label: string
  value: string
  error: string | undefined
  person: { name: string; email: string }
  onChange: (value: string) => void
}

/** A field for a new password with the policy under it, ticked off while typing. */
export function NewPasswordField({ label, value, error, person, onChange }: PasswordFieldProps) {
  const rulesId = useId()
  return (
    <div>
      <PasswordInput label={label} withAsterisk required autoComplete="new-password" aria-describedby={rulesId} value={value} error={error} onChange={(change) => onChange(change.currentTarget.value)} />
      <ul id={rulesId} className={classes.rules}>
        {passwordRules(value, person).map(({ rule, met }) => (
          <li key={rule}>
            {met ? <Check size={14} color="var(--mantine-color-green-7)" aria-label={t('Met:')} /> : <Dot size={14} aria-label={t('Not yet met:')} />}
            {rule}
          </li>
        ))}
        <li><Dot size={14} aria-hidden />{t('Passwords that everybody tries first are refused')}</li>
      </ul>
    </div>
  )
}
