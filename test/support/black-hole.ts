/** An address from which nothing ever comes back, not even a refusal: a network namespace that drops its answers. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'

/** Why there can be none here; false when there can. */
export const noBlackHole: string | false = process.getuid?.() !== 0 ? 'network namespaces need root' : works()

const run = (...args: string[]) => void execFileSync('ip', args, { stdio: 'pipe' })

function works(): string | false {
  try {
    execFileSync('ip', ['netns', 'list'], { stdio: 'pipe' })
    return false
  } catch {
    return 'ip netns does not work here'
  }
}

/** `close` removes the namespace and its cable. */
export function openBlackHole(): { address: string; close(): void } {
  const id = randomBytes(3).toString('hex')
  const [space, near, far] = [`dp-${id}`, `dpn${id}`, `dpf${id}`]
  // 198.18.0.0/15 is for tests (RFC 2544); a /30 of it, drawn so that runs side by side do not meet.
  const net = `198.18.${randomBytes(1)[0]}`
  const base = 4 * Math.floor(Math.random() * 63)
  const close = () => {
    try {
      run('netns', 'del', space)
    } catch {
      // It was not made.
    }
  }
  try {
    run('netns', 'add', space)
    run('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', space)
    run('addr', 'add', `${net}.${base + 1}/30`, 'dev', near)
    run('link', 'set', near, 'up')
    run('-n', space, 'addr', 'add', `${net}.${base + 2}/30`, 'dev', far)
    run('-n', space, 'link', 'set', far, 'up')
    run('-n', space, 'route', 'add', 'blackhole', `${net}.${base + 1}/32`)
  } catch (error) {
    close()
    throw error
  }
  return { address: `${net}.${base + 2}`, close }
}
