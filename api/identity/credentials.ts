import { createHash } from 'node:crypto'
import { randomToken } from '../../config/ids.ts'

/** API tokens are recognisable, for people and for scanners of leaked secrets. */
export const TOKEN_PREFIX = 'dp_'

/** 256 random bits: nothing to guess, so a fast hash in the database is enough. */
export const newSecret = (): string => randomToken(32)

export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()
