/** Numbers of a pool are for calls for help only: what shows them for anything else, and what may not. */
import type { RefusalDetail } from '../config/errors.ts'
import { plainNumber } from './directory/input-lines.ts'
import type { Directory } from './directory/types.ts'

type Snapshots = Pick<Directory, 'snapshot'>

/** The site whose pool a number is in. */
export function poolSiteOf(directory: Snapshots, tenantId: string, number: string): { id: string; name: string } | undefined {
  return directory.snapshot().emergencyOf(tenantId).sites.find(({ callbackPool }) => callbackPool.includes(number))
}

/** Why a number may not be shown for ordinary calls, or for all calls for help alike; undefined: it may. */
export function reservedFor(directory: Snapshots, tenantId: string, number: string): string | undefined {
  const site = poolSiteOf(directory, tenantId, plainNumber(number))
  return site && `${plainNumber(number)} is in the pool of the site ${site.name}, where it leads a dispatcher back to one phone. Take it out there, or choose another number.`
}

/** The pool as it is kept: each number once, every one an inbound number of the company that nothing else shows. */
export function checkPool(directory: Snapshots, tenantId: string, siteId: string | undefined, pool: readonly string[], details: RefusalDetail[]): string[] {
  const numbers = [...new Set(pool.map(plainNumber))]
  const snapshot = directory.snapshot()
  const inbound = new Set(snapshot.inboundNumbersOf(tenantId).map(({ number }) => number))
  for (const number of numbers) {
    const users = whoShows(directory, tenantId, number)
    const site = poolSiteOf(directory, tenantId, number)
    const message = !inbound.has(number)
      ? `${number} is no inbound number of the company, so nobody could be called back on it.`
      : site !== undefined && site.id !== siteId
        ? `${number} is in the pool of the site ${site.name} already.`
        : users.length > 0 ? `${number} is shown by ${users.slice(0, 3).join(', ')}${users.length > 3 ? ` and ${users.length - 3} more` : ''}, so a dispatcher could not be told from other callers. Choose a number for calls for help only.` : undefined
    if (message !== undefined) details.push({ field: 'callbackPool', message })
  }
  if (numbers.length > MOST_NUMBERS) details.push({ field: 'callbackPool', message: `A pool has ${MOST_NUMBERS} numbers at most.` })
  return numbers
}

const MOST_NUMBERS = 50

/** What shows a number outside, by its name, pools aside. */
export function whoShows(directory: Snapshots, tenantId: string, number: string): string[] {
  const snapshot = directory.snapshot()
  const { sites, locations } = snapshot.emergencyOf(tenantId)
  return [
    ...snapshot.extensionsOf(tenantId).filter(({ outsideNumber }) => outsideNumber === number).map((one) => `extension ${one.number} (${one.name})`),
    ...snapshot.extensionsOf(tenantId).filter(({ id }) => snapshot.clickToDialOf(id).outsideNumber === number).map((one) => `click-to-dial of extension ${one.number} (${one.name})`),
    ...snapshot.outboundRoutesOf(tenantId).filter(({ callerId }) => callerId === number).map(({ name }) => `the outbound route ${name}`),
    ...snapshot.trunksOf(tenantId).filter(({ callerId }) => callerId === number).map(({ name }) => `the trunk ${name}`),
    ...sites.filter(({ callbackNumber }) => callbackNumber === number).map(({ name }) => `the site ${name}`),
    ...locations.filter(({ callbackNumber }) => callbackNumber === number).map(({ name }) => `the place ${name}`),
  ]
}
