// Records a call into the file named on the command line until it is killed; prints a line once the file holds sound.
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createLogger } from '../../../config/logger.ts'
import { EmbeddedMediaServer } from '../../../media/embedded/server.ts'
import { openStorage } from '../../../media/storage/index.ts'
import { RtpPeer } from './rtp-peer.ts'
import { plainCalls, plainMedia } from '../../support/plain-media.ts'
import { plainSip } from '../../support/plain-sip.ts'

const path = process.argv[2]!
const refuse = (): Promise<never> => Promise.reject(new Error('no speech here'))
const server = new EmbeddedMediaServer({
  settings: {
    media: plainMedia,
    sip: plainSip,
    calls: plainCalls,
  },
  logger: createLogger('silent'), storage: await openStorage(dirname(path)), prompts: { prompt: refuse, speak: refuse, close: () => Promise.resolve() },
  music: { files: refuse, close: () => Promise.resolve() },
})
await server.start()
const peer = await RtpPeer.open()
const endpoint = await server.createEndpoint({ callId: 'c', legId: 'a', offer: peer.sdp(), peerAddress: '127.0.0.1' })
peer.aim(endpoint.localSdp)
await endpoint.record({ path })
const file = await open(path)
const size = Buffer.alloc(4)
let told = false
let sent = 0
const began = performance.now()
setInterval(() => {
  for (; sent * 20 <= performance.now() - began; sent += 1) peer.send(440)
  void file.read(size, 0, 4, 40).then(() => {
    if (told || size.readUInt32LE() === 0) return
    told = true
    process.stdout.write('recording\n')
  })
}, 20)
