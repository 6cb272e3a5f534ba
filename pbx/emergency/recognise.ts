/** Numbers that call for help: 911 with and without the outside-line 9 (47 U.S.C. §623, Kari's Law), and 112 (3GPP TS 22.101). */
export const EMERGENCY_NUMBERS: readonly string[] = ['911', '9911', '112']
const EMERGENCY = new Set(EMERGENCY_NUMBERS)

/** Whether what was dialled asks for the emergency services. Recognised before every other rule. */
export function isEmergency(dialled: string): boolean {
  return EMERGENCY.has(dialled)
}
