/** What the gate was ordered and still holds, to be told again to an engine that began anew. */
import type { GateOrder } from '../engine/gate/orders.ts'

export interface OrderMemory {
  take(order: GateOrder): void
  all(now?: number): GateOrder[]
}

export function rememberOrders(): OrderMemory {
  let rules: GateOrder | undefined
  let phones: GateOrder | undefined
  const bars = new Map<string, number>()
  const trusted = new Set<string>()
  return {
    take(order) {
      switch (order.do) {
        case 'rules':
          rules = order
          return
        case 'phones':
          phones = order
          return
        case 'bar':
          for (const { network, until } of order.bars) bars.set(network, until)
          return
        case 'lift':
          for (const network of order.networks) bars.delete(network)
          return
        case 'trust':
          for (const network of order.networks) {
            if (order.on) trusted.add(network)
            else trusted.delete(network)
          }
      }
    },
    all(now = Date.now()) {
      for (const [network, until] of bars) if (until <= now) bars.delete(network)
      return [
        ...(rules ? [rules] : []),
        ...(phones ? [phones] : []),
        ...(trusted.size > 0 ? [{ do: 'trust', networks: [...trusted], on: true } as const] : []),
        ...(bars.size > 0 ? [{ do: 'bar', bars: [...bars].map(([network, until]) => ({ network, until })) } as const] : []),
      ]
    },
  }
}
