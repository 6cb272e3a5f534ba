/** Paging as the API sees it: a part of the door in `door.ts`. */
import type { Kept } from './door-kept.ts'

/** A number that is heard on the phones of many at once, which answer by themselves. */
export interface PagingGroup {
  id: string
  number: string
  name: string
  /** Extensions whose phones are called. */
  members: string[]
  /** Extensions that may page, as numbers or patterns such as 2XX; empty: all. */
  callers: string[]
  /** Those who are paged are heard, too. */
  twoWay: boolean
  /** Phones of extensions in a call are left alone. */
  skipBusy: boolean
  /** Seconds after which a phone that has not answered is let go. */
  answerSeconds: number
  /** Callers from outside may be led here. */
  fromOutside: boolean
  enabled: boolean
  version: number
  createdAt: Date
  updatedAt: Date
}

export type PagingGroupInput = Pick<PagingGroup, 'number' | 'name'> & Partial<Pick<PagingGroup, 'members' | 'callers' | 'twoWay' | 'skipBusy' | 'answerSeconds' | 'fromOutside' | 'enabled'>>

export type PagingGroups = Kept<PagingGroup, PagingGroupInput>
