/** Finds, by the compiler's own reading of the panel's sources, which sentences are looked up and which text is shown without being. */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const top = fileURLToPath(new URL('../../..', import.meta.url))

/** Functions of admin/words that look a sentence up, with the places of the sentences among their arguments. */
const LOOK_UPS: Readonly<Record<string, readonly number[]>> = { t: [0], rich: [0], plural: [1, 2], richPlural: [1, 2], inSense: [1] }

export interface Sentence {
  /** What stands in a file of translations. */
  key: string
  /** The forms in English: two when it counts. */
  english: readonly string[]
  counts: boolean
  at: string
}

export interface Found {
  sentences: Sentence[]
  /** Text that is shown and not looked up, or looked up in a way that no test can follow. */
  faults: string[]
}

/** Properties and attributes whose value is never for people. */
const NOT_SHOWN = new Set(('className size gap id key variant c href type role component justify align wrap color mb mt ml mr my mx p px py pt pb m radius fz fw ff w h maw miw mah mih tt autoComplete autoCapitalize '
  + 'inputMode accept target rel shadow position display flex spacing verticalSpacing horizontalSpacing tone value style cols width height d x y fill stroke viewBox preload download path to '
  + 'aria-labelledby aria-describedby aria-controls aria-haspopup aria-live aria-current src visibleFrom hiddenFrom layout underline data-kind htmlFor lang permission sort kind card fontFamily fontFamilyMonospace fontSize boxShadow '
  + 'transition background backgroundColor border icon method queryKey whiteSpace overflow cursor flexShrink touchAction padding margin alignSelf listStyle').split(' '))

/** Attributes whose value people always see or hear. */
const SHOWN = new Set('label title description placeholder aria-label aria-valuetext suffix prefix lead submit confirm done note hint nothingFoundMessage nothingFound caption legend closeButtonLabel'.split(' '))

/** Calls whose arguments are for machines. */
const MACHINE = /^(import|can|useCan\(\)|.*Storage\.\w+|document\.\w+|new URL|JSON\.\w+|.*\.(startsWith|endsWith|includes|replaceAll|replace|split|indexOf|get|has|set|addEventListener|removeEventListener|getAttribute|setAttribute|querySelector|createElement|matches|closest|test)|inSense)$/

/** Names, examples and signs that are the same in every language. */
const SAME_EVERYWHERE = [
  /^(https?:\/\/|sip:|<sip:|\/|#|&|\.\w)/, /^[\w.+-]+@[\w.-]+$/, /^[a-z\d-]+(\.[a-z\d-]+)+$/, /^(var|calc)\(/, /^[\d.,+\s]*$/, /^[A-Z\d_./-]+$/, /^-----BEGIN/, /^G\.7\d\d /, /^\w+\.\w+ = /, /^[a-z]+[A-Z]\w*$/,
  /^x? ?(s|ms|min|h|d|kB|MB|GB)( x (s|min|h))?$/, /^x h x min$/,
]

/** Texts that stand in the sources as they are: names, examples of what is typed, and what is meant for machines or for developers. */
const ALLOWED: ReadonlySet<string> = new Set([
  'Dialplane', 'Opus', 'WebSocket', 'HubSpot', 'Zendesk', 'Edge', 'Opera', 'Firefox', 'Chrome', 'Safari', 'Android', 'Windows', 'ChromeOS', 'Linux', '`FreeSWITCH ${version}`',
  'From', 'Privacy', 'INVITE sip:+12025550123@carrier.example SIP/2.0', 'X-Account', 'groups', 'data-incoming="on"', '<http://127.0.0.1/>;info=group',
  'dialplane: 1\nextensions:\n  - number: "101"\n    name: Anna', 'number,name,deviceName,ringSeconds,forwardNoAnswer\r\n101,Anna Berg,Desk phone,20,102\r\n102,Ben Carter,,,',
  '`${title} · Dialplane`', '`Dialplane recovery codes\\n\\n${text}\\n`', 'audio/ogg; codecs=opus', 'Dialplane in the browser', '2px solid var(--mantine-color-default-border)', '`menu-${group.id}`',
  '`Replaces: ${callId};to-tag=${remoteTag};from-tag=${localTag}`',
  // Bugs: nobody reads them but a developer.
  'ApiError', 'useSession outside of the signed-in part of the panel', 'index.html has no #root', 'not started',
])

/** Files whose text is not for the reader of the panel: the trace as a text for carriers is in English. */
const NOT_READ = new Set(['admin/screens/trace/ladder.ts:traceAsText'])

export function readPanel(): Found {
  const found: Found = { sentences: [], faults: [] }
  for (const file of globSync('admin/{app,components,live,screens,softphone,words}/**/*.{ts,tsx}', { cwd: top }).sort()) {
    if (/^admin\/words\/(spanish\/|translations?|translate|rich|language)/.test(file)) continue
    readFile(file, readFileSync(`${top}${file}`, 'utf8'), found)
  }
  return found
}

/** @param allowed exact texts that may stand there without being looked up */
export function readFile(file: string, text: string, found: Found, allowed: ReadonlySet<string> = ALLOWED): void {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS)
  const place = (node: ts.Node): string => `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
  const fault = (node: ts.Node, words: string): void => {
    if (!allowed.has(words.trim())) found.faults.push(`${place(node)} ${words.trim()}`)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionDeclaration(node) && NOT_READ.has(`${file}:${node.name?.text}`)) return
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || ts.isInterfaceDeclaration(node)) return
    const sentencesAt = ts.isCallExpression(node) ? LOOK_UPS[node.expression.getText()] : undefined
    if (ts.isCallExpression(node) && sentencesAt !== undefined) {
      takeSentence(node, place(node), found)
      node.arguments.forEach((argument, index) => sentencesAt.includes(index) || visit(argument))
      return
    }
    if (ts.isJsxText(node)) {
      if (/\p{L}/u.test(node.text) && !isCode(node.parent) && !SAME_EVERYWHERE.some((form) => form.test(node.text.trim()))) fault(node, node.text)
    } else if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
      if (isShownText(node, node.text)) fault(node, node.text)
    } else if (ts.isTemplateExpression(node)) {
      if (isShownTemplate(node)) fault(node, node.getText())
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
}

function takeSentence(call: ts.CallExpression, at: string, found: Found): void {
  const name = call.expression.getText()
  const english = LOOK_UPS[name]!.map((index) => call.arguments[index])
  const forms = english.flatMap((form) => (form !== undefined && (ts.isStringLiteral(form) || ts.isNoSubstitutionTemplateLiteral(form)) ? [form.text] : []))
  if (forms.length !== english.length) return void found.faults.push(`${at} ${name}() is not given the sentence itself`)
  for (const form of forms) if (form !== form.trim() || /^([,;:.!?]|$)/.test(form)) found.faults.push(`${at} a piece of a sentence, not one: “${form}”`)
  const sense = name === 'inSense' ? call.arguments[0] : undefined
  if (sense !== undefined && !ts.isStringLiteral(sense)) return void found.faults.push(`${at} the sense is not a word`)
  const key = forms.at(-1)!
  found.sentences.push({ key: sense === undefined ? key : `${key}_${(sense as ts.StringLiteral).text}`, english: forms, counts: forms.length === 2, at })
}

const isCode = (element: ts.Node): boolean => ts.isJsxElement(element) && /^(Code|code|Kbd)$/.test(element.openingElement.tagName.getText())

/** What the value of a literal is given to: past choices between several and brackets. */
function receiverOf(node: ts.Node): { receiver: ts.Node; child: ts.Node } {
  let child = node
  let receiver = node.parent
  for (;;) {
    const chosen = ts.isConditionalExpression(receiver) && receiver.condition !== child
    const either = ts.isBinaryExpression(receiver) && ['??', '||', '&&'].includes(receiver.operatorToken.getText())
    if (!(chosen || either || ts.isParenthesizedExpression(receiver) || ts.isAsExpression(receiver) || ts.isSatisfiesExpression(receiver) || ts.isArrayLiteralExpression(receiver) || ts.isJsxExpression(receiver))) return { receiver, child }
    child = receiver
    receiver = receiver.parent
  }
}

const nameOf = (node: ts.JsxAttribute | ts.PropertyAssignment): string => node.name.getText().replaceAll("'", '')

function isForMachines(node: ts.Node): boolean {
  const { receiver, child } = receiverOf(node)
  if (ts.isJsxAttribute(receiver)) return NOT_SHOWN.has(nameOf(receiver))
  if (ts.isPropertyAssignment(receiver)) return child === receiver.name || NOT_SHOWN.has(nameOf(receiver))
  if (ts.isBinaryExpression(receiver)) return /^(===|!==|in|instanceof)$/.test(receiver.operatorToken.getText())
  if (ts.isNewExpression(receiver)) return !/Error$/.test(receiver.expression.getText())
  if (ts.isCallExpression(receiver)) return MACHINE.test(receiver.expression.getText())
  return ts.isCaseClause(receiver) || ts.isElementAccessExpression(receiver) || ts.isExportDeclaration(receiver) || ts.isTypeNode(receiver) || ts.isComputedPropertyName(receiver) || ts.isConditionalExpression(receiver)
}

function isShownTemplate(node: ts.TemplateExpression): boolean {
  const words = [node.head, ...node.templateSpans.map(({ literal }) => literal)].map((part) => part.text)
  const whole = words.join('x')
  return words.some((word) => /\p{L}{2,}/u.test(word)) && !isForMachines(node) && !whole.includes('/') && !SAME_EVERYWHERE.some((form) => form.test(whole)) && /(^|\s)\p{L}{2,}|\p{L}{2,}\s/u.test(words.join(' '))
}

function isShownText(node: ts.StringLiteral | ts.NoSubstitutionTemplateLiteral, text: string): boolean {
  if (!/\p{L}/u.test(text) || isForMachines(node) || SAME_EVERYWHERE.some((form) => form.test(text.trim()))) return false
  const { receiver } = receiverOf(node)
  if (ts.isJsxElement(receiver) || ts.isJsxFragment(receiver)) return !isCode(receiver)
  if ((ts.isJsxAttribute(receiver) || ts.isPropertyAssignment(receiver)) && SHOWN.has(nameOf(receiver))) return true
  if (ts.isTemplateSpan(receiver)) return /\p{L}{2,}/u.test(text)
  // Elsewhere only what reads as a sentence or as a heading.
  return /\p{L}{2,}[,.:;]? \p{L}/u.test(text) || /^\p{Lu}\p{Ll}/u.test(text.trim()) || /^[\dA] \p{L}{3,}/u.test(text)
}

