/** What a FreeSWITCH says of itself, and what is wrong with that. */

/** The profile of mod_conference that rooms are opened with; docker/freeswitch has it. */
export const ROOM_PROFILE = 'dialplane'

export interface SwitchFigures {
  version: string
  sessions: number
  maxSessions: number
  perSecond: number
  maxPerSecond: number
}

/** What FreeSWITCH ships with, and far too little for a PBX. */
const SHIPPED = { maxSessions: 1000, maxPerSecond: 30 }

/** Reads the answer to `status`. Undefined when it is none. */
export function readStatus(text: string): SwitchFigures | undefined {
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? NaN)
  const figures = {
    version: /FreeSWITCH \(Version (\S+)/i.exec(text)?.[1] ?? 'unknown',
    sessions: number(/^(\d+) session\(s\) - peak/m),
    maxSessions: number(/^(\d+) session\(s\) max/m),
    perSecond: number(/^(\d+) session\(s\) per sec/im),
    maxPerSecond: number(/per sec out of max (\d+)/i),
  }
  return Object.values(figures).includes(NaN) ? undefined : figures
}

/** Limits that will stop calls one day, each with its cure. */
export function warningsOf({ maxSessions, maxPerSecond, sessions }: SwitchFigures): string[] {
  const warnings: string[] = []
  if (maxSessions <= SHIPPED.maxSessions) {
    warnings.push(`It takes ${maxSessions} sessions at most, which is ${Math.floor(maxSessions / 2)} calls. Raise max-sessions in its switch.conf.xml, and now with: fsctl max_sessions 10000.`)
  } else if (sessions > maxSessions * 0.9) warnings.push(`${sessions} of ${maxSessions} sessions are in use. Raise max-sessions in its switch.conf.xml, or add a server.`)
  if (maxPerSecond <= SHIPPED.maxPerSecond) {
    warnings.push(`It takes ${maxPerSecond} new sessions a second at most, which is ${Math.floor(maxPerSecond / 2)} calls. Raise sessions-per-second in its switch.conf.xml, and now with: fsctl sps 500.`)
  }
  return warnings
}

/** The channels in the answer to `show channels as json` that were made by `owner`, by their ids. */
export function channelsOf(owner: string, text: string): string[] {
  try {
    const { rows = [] } = JSON.parse(text) as { rows?: { uuid?: string; cid_num?: string; initial_cid_num?: string }[] }
    return rows.flatMap(({ uuid, cid_num, initial_cid_num }) => (uuid !== undefined && (cid_num === owner || initial_cid_num === owner) ? [uuid] : []))
  } catch {
    return []
  }
}

/** Whether conferences can be on it: mod_conference is loaded, and its configuration has our profile. */
export async function hasRooms({ api }: { api(command: string): Promise<string> }): Promise<boolean> {
  if ((await api('module_exists mod_conference')) !== 'true') return false
  return new RegExp(`<profile\\s+name="${ROOM_PROFILE}"`).test(await api('xml_locate configuration configuration name conference.conf'))
}
