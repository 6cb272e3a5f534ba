/** Short numbers behind a code, put in the place of what they stand for. Pure, like all of routing. */
import type { ChangedCodes, DirectorySnapshot, SnapshotSpeedDial } from '../directory/types.ts'
import { codeFor, findFeatureCode } from './feature-codes.ts'
import type { CallRequest } from './request.ts'

/** What is dialled in its place, or why nothing is. */
export type Expanded = { target: string; step: string; reason: string } | { refused: string }

/**
 * The number that a speed dial stands for: in the list of the extension that dials, or transfers there, else in that of the company.
 * Undefined when something else was dialled.
 */
export function expandSpeedDial(number: string, request: CallRequest, snapshot: DirectorySnapshot): Expanded | undefined {
  const { tenantId, caller, onBehalfOf } = request
  const feature = number.startsWith('*') ? findFeatureCode(snapshot.changedCodesOf(tenantId), number) : undefined
  if (feature?.code.action !== 'speed-dial' || feature.argument === '') return undefined
  const { code: { code }, argument } = feature
  const extension = snapshot.extension(onBehalfOf?.extensionId ?? caller.extensionId)
  if (!extension || request.inbound) return { refused: `${code} is for phones of the house` }
  if (request.speedDialled !== undefined) return { refused: `The speed dial ${request.speedDialled} leads to another one, ${number}, which is not followed` }
  const own = extension.speedDials.find((one) => one.number === argument)
  const found = own ?? snapshot.speedDialsOf(tenantId).find((one) => one.number === argument)
  if (!found) return { refused: `${extension.number} (${extension.name}) has no speed dial ${argument}, nor has the company` }
  return { target: found.target, step: `Dial ${found.target}`, reason: `${number} is the speed dial ${found.name} ${own ? `of ${extension.number} (${extension.name})` : 'of the company'}` }
}

/** Why a list of speed dials cannot be, as a sentence; undefined: it can. */
export function wrongSpeedDials(changed: ChangedCodes, dials: readonly Pick<SnapshotSpeedDial, 'number' | 'target'>[]): string | undefined {
  const wrong = dials.find(({ target }) => findFeatureCode(changed, target)?.code.action === 'speed-dial')
  return wrong && `${wrong.number} would lead to another speed dial, ${wrong.target}. Enter the number that it stands for.`
}

/** As it is dialled, code and all. */
export const dialledAs = (changed: ChangedCodes, number: string): string => `${codeFor(changed, 'speed-dial') ?? ''}${number}`
