import { pino, type Logger as PinoLogger, type DestinationStream } from 'pino'

/** A pino logger; make a child with `tenant`, `call`, `leg` or `callId` bound as soon as they are known. */
export type Logger = PinoLogger

/** Paths that are censored wherever a log line carries them. A test feeds each of them. */
const SECRET_PATHS = [
  'password', 'secret', 'token', 'pin', 'digits', 'authorization', 'cookie', 'ha1', 'key',
  '*.password', '*.secret', '*.token', '*.pin', '*.digits', '*.authorization', '*.cookie', '*.ha1', '*.key',
  'req.headers.authorization', 'req.headers.cookie',
]

/**
 * @param level one of pino's levels: trace, debug, info, warn, error, fatal, silent
 * @param destination where lines go; standard output when absent
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET_PATHS, censor: '[hidden]' },
  }
  return destination ? pino(options, destination) : pino(options)
}
