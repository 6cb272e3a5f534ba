/** What axe finds on a page that keeps people who cannot see or use a mouse from it. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

interface Fault {
  id: string
  impact: string
  nodes: { html: string; failureSummary: string }[]
}

/** Serious and critical faults, in words. @param rules only these; everything without */
export async function faults(page: Page, rules?: readonly string[]): Promise<string[]> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  await page.evaluate(`if (!window.axe) { ${axe} }`)
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: { type: 'rule', values: rules } }) }
  const found = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)}).then((result) => result.violations)`)) as Fault[]
  return found
    .filter((fault) => fault.impact === 'serious' || fault.impact === 'critical')
    .flatMap((fault) => fault.nodes.map((node) => `${fault.id}: ${node.html.slice(0, 200)} ${node.failureSummary.replaceAll('\n', ' ')}`))
}
