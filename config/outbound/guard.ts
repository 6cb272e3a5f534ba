/** Where webhooks, programs of calls and providers of sign-in may lead: whoever may make one must not reach through us what only we can reach. */
import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'

/** Of no public host (RFC 6890 and the registries it began), IPv4 and IPv6. */
const PRIVATE = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4',
  '::/128', '::1/128', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8',
]

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/')
    list.addSubnet(address, Number(bits || (isIP(address) === 6 ? 128 : 32)), isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** An IPv6 address without the brackets that URLs put around it. */
export const bareHost = (host: string): string => host.replace(/^\[(.*)\]$/, '$1')

const privateHosts = listOf(PRIVATE)

/** Whether a host of a URL is an address of a private network; names are none. */
export function isPrivateHost(host: string): boolean {
  const bare = bareHost(host)
  return isIP(bare) !== 0 && privateHosts.check(bare, isIP(bare) === 6 ? 'ipv6' : 'ipv4')
}

export interface Guard {
  /** Why nothing is sent to this address; undefined when it may be. */
  refuses(url: URL): Promise<string | undefined>
  /** For `http.request`: resolves a name to addresses that may be reached, and to nothing else, at the moment of connecting. */
  lookup(host: string, options: { all?: boolean | undefined }, done: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void): void
}

/**
 * @param allowed private networks that the operator opens
 * @param who what reaches nothing there, and the setting that opens them
 */
export function createGuard(allowed: readonly string[], who = { what: 'webhooks reach', setting: 'WEBHOOK_NETWORKS' }): Guard {
  const open = listOf(allowed)
  const may = (address: string): boolean => {
    // An IPv4 address written as IPv6 is that address; the block lists take it for that.
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    return open.check(address, family) || !privateHosts.check(address, family)
  }
  const addressesOf = async (host: string): Promise<LookupAddress[]> => {
    const bare = bareHost(host)
    const found = isIP(bare) === 0 ? await lookup(bare, { all: true, verbatim: true }) : [{ address: bare, family: isIP(bare) }]
    return found.filter(({ address }) => may(address))
  }
  const PRIVATE_ONLY = `leads into a private network, where ${who.what} nothing. An operator opens networks with ${who.setting}.`
  return {
    async refuses(url) {
      if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'The address begins with https:// or http://.'
      if (url.username !== '' || url.password !== '') return 'The address holds no user name and password: the signature says who sends.'
      try {
        return (await addressesOf(url.hostname)).length > 0 ? undefined : `${url.hostname} ${PRIVATE_ONLY}`
      } catch {
        // It may be there later; each delivery looks again.
        return isIP(url.hostname) === 0 ? undefined : `${url.hostname} cannot be reached.`
      }
    },
    lookup(host, options, done) {
      addressesOf(host).then(
        (found) => {
          const [first] = found
          if (!first) done(Object.assign(new Error(`${host} ${PRIVATE_ONLY}`), { code: 'EPRIVATE' }), '')
          else if (options.all) done(null, found)
          else done(null, first.address, first.family)
        },
        (error: NodeJS.ErrnoException) => done(error, ''),
      )
    },
  }
}
