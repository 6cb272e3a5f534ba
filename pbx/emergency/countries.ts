/** Numbers of the emergency services by country (ISO 3166), the general one first: police, fire brigade and ambulance, and where there are several all of them. */
const SETS: Readonly<Record<string, string>> = {
  AE: '999 998 997 996', AR: '911 101 100 107', AT: '112 122 133 144', AU: '000 112 106', BE: '112 100 101', BG: '112', BR: '190 192 193 112', CA: '911', CH: '112 117 118 144 1414', CL: '133 131 132', CN: '110 119 120 122',
  CO: '123', CY: '112 199', CZ: '112 150 155 158', DE: '112 110', DK: '112', EE: '112', EG: '122 123 180', ES: '112 091 062 061 080', FI: '112', FR: '112 15 17 18 114', GB: '999 112', GR: '112 100 166 199', HK: '999 112', HR: '112 192 193 194',
  HU: '112 104 105 107', ID: '112 110 113 118 119', IE: '112 999', IL: '100 101 102', IN: '112 100 101 102 108', IS: '112', IT: '112 113 115 118', JP: '110 119 118', KE: '999 112', KR: '112 119', LT: '112', LU: '112 113', LV: '112 110 113', MT: '112',
  MX: '911', MY: '999', NG: '112 199', NL: '112', NO: '112 110 113', NZ: '111', PE: '105 106 116', PH: '911', PK: '15 16 1122', PL: '112 997 998 999', PT: '112', RO: '112', RS: '112 192 193 194', RU: '112 101 102 103', SA: '911 997 998 999',
  SE: '112', SG: '999 995', SI: '112 113', SK: '112 150 155 158', TH: '191 199 1669', TR: '112', TW: '110 119', UA: '112 101 102 103', US: '911', VN: '113 114 115', ZA: '112 10111 10177',
}

const NUMBERS: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(SETS).map(([country, numbers]) => [country, numbers.split(' ')]))

/** Where nothing is known of a country: what all mobile phones know (3GPP TS 22.101). */
const ANYWHERE: readonly string[] = ['112', '911']

/** The numbers of a country, the general one first. */
export function numbersIn(country: string): readonly string[] {
  return NUMBERS.get(country) ?? ANYWHERE
}

/** Whether a number is one of the emergency services in any country that is known. */
export function isHelpSomewhere(number: string): boolean {
  return ANYWHERE.includes(number) || [...NUMBERS.values()].some((numbers) => numbers.includes(number))
}
