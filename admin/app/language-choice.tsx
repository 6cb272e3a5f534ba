import { Anchor, Group, Menu, SegmentedControl } from '@mantine/core'
import { keepLanguage, language, languages, type Language } from '../words/language.ts'
import { t } from '../words/translate.ts'

/** The page is loaded anew: tables of words were made with the old ones. What is behind the `#` stays. */
function choose(chosen: Language): void {
  if (chosen === language) return
  keepLanguage(chosen)
  window.location.reload()
}

const languageOf = (value: string): Language => languages.find((one) => one.value === value)?.value ?? language

/** In the menu of the account. */
export function LanguageItems() {
  return (
    <>
      <Menu.Label>{t('Language')}</Menu.Label>
      <Menu.RadioGroup value={language} onChange={(chosen) => choose(languageOf(chosen))}>
        {languages.map(({ value, name }) => <Menu.RadioItem key={value} value={value} lang={value}>{name}</Menu.RadioItem>)}
      </Menu.RadioGroup>
    </>
  )
}

/** On the page of the account. */
export function LanguageControl() {
  return <SegmentedControl aria-labelledby="language" value={language} onChange={(chosen) => choose(languageOf(chosen))} data={languages.map(({ value, name }) => ({ value, label: <span lang={value}>{name}</span> }))} />
}

/** Before one is signed in. */
export function LanguageLinks() {
  return (
    <Group role="group" aria-label={t('Language')} justify="center" gap="lg">
      {languages.map(({ value, name }) => <Anchor key={value} component="button" type="button" size="sm" lang={value} aria-current={value === language} onClick={() => choose(value)}>{name}</Anchor>)}
    </Group>
  )
}
