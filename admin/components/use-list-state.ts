import { useSearchParams } from 'wouter'

export interface ListState {
  page: number
  sort: string
  order: 'asc' | 'desc'
  /** A filter's value; empty when not set. */
  get: (name: string) => string
  /** Sets filters (empty removes) and goes back to page one. */
  set: (filters: Record<string, string>) => void
  /** Sets what is shown beside the list, which stays on its page. */
  stay: (values: Record<string, string>) => void
  toPage: (page: number) => void
  sortBy: (field: string, order: 'asc' | 'desc') => void
}

/** What a list shows, kept in the address: going back, reloading and sharing a link all show the same list. */
export function useListState(sortField: string, sortOrder: 'asc' | 'desc' = 'asc'): ListState {
  const [parameters, setParameters] = useSearchParams()

  function change(changes: Record<string, string>): void {
    setParameters((current) => {
      const next = new URLSearchParams(current)
      for (const [name, value] of Object.entries(changes)) {
        if (value === '') next.delete(name)
        else next.set(name, value)
      }
      return next
    }, { replace: true })
  }

  const page = Number(parameters.get('page') ?? '1')
  return {
    page: Number.isInteger(page) && page > 0 ? page : 1,
    sort: parameters.get('sort') ?? sortField,
    order: parameters.get('order') === null ? sortOrder : parameters.get('order') === 'desc' ? 'desc' : 'asc',
    get: (name) => parameters.get(name) ?? '',
    set: (filters) => change({ ...filters, page: '' }),
    stay: change,
    toPage: (target) => change({ page: target === 1 ? '' : String(target) }),
    sortBy: (field, order) => change({ sort: field, order, page: '' }),
  }
}
