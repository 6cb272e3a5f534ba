/** The company's names and numbers in the form each vendor's phones read. */
import { xmlText, type PhoneFacts, type PhoneFile } from './facts.ts'
import { speedDials } from './poly.ts'

export interface BookEntry {
  name: string
  number: string
}

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
/** Of one page: the least that all of them take. */
const MOST = 3_000

/** @returns the file under its name, `phonebook.xml` but for those who insist on another */
export function phoneBookOf(vendor: string, facts: Pick<PhoneFacts, 'mac' | 'keys'>, people: readonly BookEntry[]): PhoneFile {
  const entries = people.slice(0, MOST).map(({ name, number }) => ({ name: xmlText(name), number: xmlText(number) }))
  const file = (text: string, name = 'phonebook.xml'): PhoneFile => ({ name, type: 'text/xml', text: HEAD + text, settings: false })
  const each = (line: (entry: BookEntry, index: number) => string): string => entries.map((entry, index) => `  ${line(entry, index)}\n`).join('')
  switch (vendor) {
    case 'grandstream':
      return file(`<AddressBook>\n${each(({ name, number }, index) => `<Contact><id>${index + 1}</id><FirstName>${name}</FirstName><Phone type="Work"><phonenumber>${number}</phonenumber><accountindex>1</accountindex></Phone></Contact>`)}</AddressBook>\n`)
    case 'cisco':
      return file(`<CiscoIPPhoneDirectory>\n  <Title>Company</Title>\n  <Prompt>Company</Prompt>\n${each(({ name, number }) => `<DirectoryEntry><Name>${name}</Name><Telephone>${number}</Telephone></DirectoryEntry>`)}</CiscoIPPhoneDirectory>\n`)
    case 'snom':
      return file(`<SnomIPPhoneDirectory>\n  <Title>Company</Title>\n${each(({ name, number }) => `<DirectoryEntry><Name>${name}</Name><Telephone>${number}</Telephone></DirectoryEntry>`)}</SnomIPPhoneDirectory>\n`)
    case 'fanvil':
      return file(`<PhoneBook>\n${each(({ name, number }) => `<DirectoryEntry><Name>${name}</Name><Telephone>${number}</Telephone></DirectoryEntry>`)}</PhoneBook>\n`)
    case 'poly': {
      // The keys of the phone that dial a number are entries of it.
      const dials = speedDials(facts.keys).map(({ label, value }, index) => `    <item><fn>${xmlText(label || value)}</fn><ct>${xmlText(value)}</ct><sd>${index + 1}</sd></item>\n`).join('')
      return file(`<directory>\n  <item_list>\n${dials}${each(({ name, number }) => `  <item><fn>${name}</fn><ct>${number}</ct></item>`)}  </item_list>\n</directory>\n`, `${facts.mac}-directory.xml`)
    }
    default:
      return file(`<YealinkIPPhoneDirectory>\n${each(({ name, number }) => `<DirectoryEntry><Name>${name}</Name><Telephone>${number}</Telephone></DirectoryEntry>`)}</YealinkIPPhoneDirectory>\n`)
  }
}
