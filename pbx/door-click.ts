/** Click-to-dial as the API sees it: a part of the door in `door.ts`. */
import type { Actor } from '../config/actor.ts'
import type { Page, Paged } from './door-extensions.ts'
import type { CallView } from './events/catalogue.ts'

/** A wish to call somebody with a phone that rings first. */
export interface ClickToDial {
  /** Whose phone. */
  extensionId: string
  /** As it was clicked: spaces and signs do not matter, nor `tel:`. */
  to: string
  /** This phone alone; null: those of the extension's settings. */
  deviceId?: string | null
  /** The phone is asked to answer by itself; absent: as the extension's settings say. */
  autoAnswer?: boolean
}

/** How a phone is asked to answer by itself; `by-phone`: as its vendor wants it, told by its User-Agent. */
export type AutoAnswerStyle = 'by-phone' | 'call-info' | 'alert-info' | 'poly' | 'panasonic' | 'mitel' | 'answer-mode'

export interface ClickSettings {
  enabled: boolean
  /** The phones that ring; null: all of the extension. */
  deviceIds: string[] | null
  autoAnswer: boolean
  autoAnswerStyle: AutoAnswerStyle
  /** Before the name of who will be called, on the own phone. */
  namePrefix: string
  /** Shown to who is called outside; null: as for every call of the extension. */
  outsideNumber: string | null
  /** For how long the own phone rings; null: as for every call to the extension. */
  ringSeconds: number | null
}

/** The settings of an extension. `version` is 0 until somebody changes them. */
export interface ClickConfig extends ClickSettings {
  extensionId: string
  number: string
  name: string
  version: number
  /** Null: never changed. */
  updatedAt: Date | null
}

/** A click, and what became of it. */
export interface Click {
  /** The call to the own phone. */
  own: CallView
  /** The last call that came of it; null when the own phone was not answered. */
  then: CallView | null
}

/** `extension` is a number, or an id. All refuse `not-found` for one that is not the tenant's. */
export interface ClickDoor {
  list(actor: Actor): ClickConfig[]
  get(actor: Actor, extension: string): ClickConfig
  configure(actor: Actor, extension: string, input: Partial<ClickSettings>, version?: number): Promise<ClickConfig>
  /** Newest first. */
  history(actor: Actor, extension: string, page: Page): Promise<Paged<Click>>
}
