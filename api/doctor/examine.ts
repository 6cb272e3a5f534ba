/** Everything the doctor looks at in a running Dialplane, each with cause and cure. */
import type { PersonActor } from '../../config/actor.ts'
import { checkDatabase, checkDisk, checkMediaPorts, checkNames, checkNat, found, good, looked, type Finding } from '../../config/doctor/machine.ts'
import { messageOf } from '../../config/errors.ts'
import type { World } from '../http/world.ts'

const DAY_MS = 86_400_000
/** Trunks that are asked in one examination. */
const TRUNKS_MAX = 20

/** Takes a second or two: carriers and the mail server are asked, and two phones of our own call each other. */
export async function examine(world: World, actor: PersonActor): Promise<Finding[]> {
  const { settings, pbx, database, backups } = world
  const findings = await Promise.all([
    looked('disk', () => checkDisk(settings)),
    looked('media ports', () => checkMediaPorts(settings)),
    looked('dns', () => checkNames([new URL(settings.http.publicUrl).hostname])),
    checkNat(settings),
    lookAtDatabase(),
    looked('sound', async () => {
      const { ok, message } = await pbx.testAudio(actor)
      return ok === null ? found('sound', 'untested', message, null) : ok ? good('sound', message) : found('sound', 'bad', message, null)
    }),
    lookAtParts(),
    looked('certificates', async () => lookAtCertificates()),
    looked('mail', lookAtMail),
    looked('backup', lookAtBackups),
    lookAtTrunks(),
  ])
  return findings.flat()

  async function lookAtDatabase(): Promise<Finding[]> {
    try {
      return await checkDatabase(database.connection)
    } catch (error) {
      return [found('database', 'bad', messageOf(error), 'Look whether PostgreSQL runs and takes connections; calls go on meanwhile.')]
    }
  }

  /** What the parts of the PBX say of themselves; those that are looked at here more closely are left out. */
  async function lookAtParts(): Promise<Finding[]> {
    return (await pbx.health()).filter(({ name }) => !['database', 'certificates'].includes(name)).map(({ name, ok, message }) => (ok ? good(name, message) : found(name, 'bad', message, null)))
  }

  function lookAtCertificates(): Finding {
    const name = 'certificates'
    const { served, certificates, problems } = pbx.certificates.list(actor)
    if (!served) return found(name, 'untested', 'This server serves no SIP over TLS.', null)
    if (problems.length > 0) return found(name, 'bad', problems.join(' '), 'Put the files right; those read before stay in use.')
    const [first] = certificates
    if (!first) return found(name, 'bad', 'There is no certificate for TLS.', 'Put one into SIP_TLS_FOLDER, or leave the folder empty so that Dialplane makes one.')
    const soon = certificates.filter(({ state }) => state !== 'good').map(({ source, notAfter }) => `${source} (${notAfter.toISOString().slice(0, 10)})`)
    if (soon.length > 0) return found(name, certificates.some(({ state }) => state === 'ended') ? 'bad' : 'warning', `These end or have ended: ${soon.join(', ')}.`, 'Renew them; Dialplane reads them again by itself.')
    const host = new URL(settings.http.publicUrl).hostname
    const days = Math.floor((Math.min(...certificates.map(({ notAfter }) => notAfter.getTime())) - world.clock.now()) / DAY_MS)
    if (first.own) return found(name, 'warning', `TLS uses a certificate that Dialplane made itself, for ${days} days more: phones must be told to trust its authority.`, 'Download the authority under System health, or put a certificate of a public authority into SIP_TLS_FOLDER.')
    const named = certificates.some(({ names }) => names.some((one) => one === host || (one.startsWith('*.') && host.endsWith(one.slice(1)))))
    return named || host === 'localhost' || /^[\d.:]+$/.test(host) ? good(name, `${certificates.length === 1 ? 'The certificate is' : 'All certificates are'} good for ${days} days more.`)
      : found(name, 'warning', `No certificate is for ${host}, the name of PUBLIC_URL; phones that register there refuse it.`, 'Get one for that name as well, or give phones the name that it is for.')
  }

  async function lookAtMail(): Promise<Finding> {
    try {
      const server = await pbx.mail.check(actor)
      return server === undefined ? found('mail', 'warning', 'No mail server is set up, so alarms and voice messages reach nobody by e-mail.', 'Set one up under Mail.') : good('mail', `${server} would take mail.`)
    } catch (error) {
      return found('mail', 'bad', messageOf(error), null)
    }
  }

  async function lookAtBackups(): Promise<Finding> {
    const { ok, message } = await backups.health()
    if (!ok) return found('backup', 'bad', message, 'Look under Backups.')
    return message.startsWith('No backup') ? found('backup', 'warning', message, null) : good('backup', message)
  }

  async function lookAtTrunks(): Promise<Finding[]> {
    const trunks = (await pbx.trunks.list(actor)).filter(({ enabled }) => enabled).slice(0, TRUNKS_MAX)
    return Promise.all(trunks.map(async ({ id, name }) => looked(`trunk ${name}`, async () => {
      const { status } = await pbx.trunks.test(actor, id)
      const where = `${name} ${status.state === 'up' ? 'answers' : `is ${status.state}`}${status.roundTripMs === null ? '' : ` after ${Math.round(status.roundTripMs)} ms`}${status.registration ? `, registration: ${status.registration.state}` : ''}.`
      return status.state === 'up' ? good(`trunk ${name}`, where) : found(`trunk ${name}`, status.state === 'unknown' ? 'warning' : 'bad', where, status.cause)
    })))
  }
}
