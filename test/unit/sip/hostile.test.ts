import { test } from 'node:test'
import { parseAddress, parseAddressList } from '../../../pbx/sip/address.ts'
import { parseChallenges, parseCredentials } from '../../../pbx/sip/digest.ts'
import { maskSecrets } from '../../../pbx/sip/mask.ts'
import { parseUri } from '../../../pbx/sip/uri.ts'

test('long hostile texts are read in linear time', () => {
  const texts = ['"'.repeat(60_000), '\\'.repeat(60_000), 'a='.repeat(30_000), 'Digest '.repeat(9_000), ','.repeat(60_000), '<'.repeat(60_000),
    'Authorization: ' + '\r\n '.repeat(20_000), 'Digest a="' + '\\"'.repeat(30_000), ' '.repeat(60_000), 'Digest a' + ' '.repeat(60_000), 'a '.repeat(30_000), 'sip:' + 'a:'.repeat(30_000), 'x;'.repeat(30_000)]
  for (const text of texts) {
    // Quadratic work on 60,000 characters would be billions of steps; the test runner's own limit would show it.
    parseUri(text)
    parseAddress(text)
    parseAddressList(text)
    parseCredentials(text)
    parseChallenges(text)
    maskSecrets(text)
  }
})
