/** What an engine that began anew is told again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rememberOrders } from '../../../pbx/signalling/apart/orders.ts'

const rules = (burst: number) => ({ do: 'rules', rules: { scanners: [], domains: undefined, burst, perSecond: 1, exempt: [], overloadMs: 0, always: ['112'] } }) as const

test('of orders those that still hold are told again, a pulse never', () => {
  const orders = rememberOrders()
  assert.deepEqual(orders.all(0), [])
  orders.take(rules(1))
  orders.take(rules(2))
  orders.take({ do: 'bar', bars: [{ network: '192.0.2.1', until: 100 }, { network: '192.0.2.2', until: 200 }, { network: '192.0.2.3', until: 300 }] })
  orders.take({ do: 'lift', networks: ['192.0.2.3'] })
  orders.take({ do: 'trust', networks: ['198.51.100.1', '198.51.100.2'], on: true })
  orders.take({ do: 'trust', networks: ['198.51.100.1'], on: false })
  orders.take({ do: 'phones', phones: [['198.51.100.2', 3]] })
  orders.take({ do: 'pulse', lateMs: 5 })
  assert.deepEqual(orders.all(150), [
    rules(2),
    { do: 'phones', phones: [['198.51.100.2', 3]] },
    { do: 'trust', networks: ['198.51.100.2'], on: true },
    { do: 'bar', bars: [{ network: '192.0.2.2', until: 200 }] },
  ])
})
