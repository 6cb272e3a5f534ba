import express, { type Request, type Response, type Router } from 'express'
import { createNetworkSet } from '../../config/network-set.ts'
import type { HeldAnswer } from '../../pbx/index.ts'
import { credentialOf, identify } from './authenticate.ts'
import { HttpProblem } from './errors.ts'
import { HeldError, readRequest, writeError, writeResponse, type LocationRequest } from './held-xml.ts'
import { permit } from './permit.ts'
import { addressOf, type World } from './world.ts'

const HELD_TYPE = 'application/held+xml'
const PIDF_TYPE = 'application/pidf+xml'
const OURSELVES = createNetworkSet(['127.0.0.0/8', '::1/128'])
const LARGEST = '16kb'

/**
 * Where phones ask where they are (HELD, RFC 5985): whoever sends it by its address; one that proves by its SIP password who it is
 * (HTTP Basic), or a program with a token, about a device it names (RFC 6155). And where a place that was passed on as an address is
 * asked for (RFC 6753). Over TLS only, but on this machine.
 */
export function createHeld(world: World): Router {
  const router = express.Router({ caseSensitive: true })
  router.use((request, response, next) => {
    world.limits.requests.take(addressOf(request))
    response.setHeader('Cache-Control', 'no-store')
    if (!request.secure && OURSELVES.covering(addressOf(request)) === undefined) throw new HttpProblem(403, 'tls-needed', 'Places are told over HTTPS only.')
    next()
  })
  router.use(express.text({ type: HELD_TYPE, limit: LARGEST }))
  router.post('/', (request, response) => answering(response, async () => {
    const asked = requestOf(request)
    const place = await placeFor(world, request, asked.identity)
    return { type: HELD_TYPE, text: writeResponse(asked, place.pidf, `${world.gate.publicOrigin}/held/${place.token}`, place.until) }
  }))
  router.get('/:token', (request, response) => dereference(world, request, response, { types: [], exact: false }))
  router.post('/:token', (request, response) => dereference(world, request, response))
  return router
}

function requestOf(request: Request): LocationRequest {
  if (typeof request.body !== 'string') throw new HttpProblem(415, 'unsupported-media-type', `Send a locationRequest as ${HELD_TYPE}.`)
  return readRequest(request.body)
}

async function placeFor(world: World, request: Request, identity: LocationRequest['identity']): Promise<Exclude<HeldAnswer, string>> {
  const { held } = world.pbx
  const address = addressOf(request)
  const basic = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const credential = basic === undefined ? credentialOf(request) : undefined
  if (basic !== undefined) {
    world.limits.loginAddress.take(address)
    const [username = '', ...password] = Buffer.from(basic, 'base64').toString().split(':')
    const phone = held.phone(username, password.join(':'))
    if (!phone) throw new HttpProblem(401, 'unauthenticated', 'No phone that may ask has this user name and password.')
    world.limits.loginAddress.giveBack(address)
    return known(await held.ofPhone(phone, identity))
  }
  if (credential && identity) {
    const who = await identify(world, credential, address)
    permit('emergency.read', who)
    return known(await held.ofAny(who.actor, identity))
  }
  if (identity) throw new HttpProblem(401, 'unauthenticated', 'Whoever names a device says who asks: a phone by its SIP user name and password, a program by its token.')
  return known((await held.at(address)) ?? 'unknown')
}

function known(answer: HeldAnswer): Exclude<HeldAnswer, string> {
  if (answer === 'not-yours') throw new HeldError('badIdentifier', 'This means no device about which you may ask.')
  if (answer === 'unknown') throw new HeldError('locationUnknown', 'It is not known where that is.')
  return answer
}

function dereference(world: World, request: Request, response: Response, wish?: Pick<LocationRequest, 'types' | 'exact'>): Promise<void> {
  return answering(response, async () => {
    const asked = wish ?? requestOf(request)
    const pidf = await world.pbx.held.read(String(request.params['token']))
    if (pidf === undefined) throw new HttpProblem(404, 'not-found', 'No place is told here, or not any more.')
    return request.accepts([HELD_TYPE, PIDF_TYPE]) === PIDF_TYPE ? { type: PIDF_TYPE, text: pidf } : { type: HELD_TYPE, text: writeResponse(asked, pidf, undefined, undefined) }
  })
}

/** What is wrong with the request is an answer of its own (RFC 5985 §8). */
async function answering(response: Response, work: () => Promise<{ type: string; text: string }>): Promise<void> {
  let answer: { type: string; text: string }
  try {
    answer = await work()
  } catch (error) {
    if (error instanceof HttpProblem && error.status === 401) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="HELD", charset="UTF-8"', 'Content-Type': 'text/plain; charset=utf-8' })
      response.end(`${error.message}\n`)
      return
    }
    if (!(error instanceof HeldError)) throw error
    answer = { type: HELD_TYPE, text: writeError(error) }
  }
  const body = Buffer.from(answer.text)
  response.writeHead(200, { 'Content-Type': `${answer.type}; charset=utf-8`, 'Content-Length': body.length })
  response.end(body)
}
