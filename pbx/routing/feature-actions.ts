/** What feature codes do. */
export type FeatureAction =
  | 'forward-always-on' | 'forward-always-off' | 'forward-busy-on' | 'forward-busy-off' | 'forward-no-answer-on' | 'forward-no-answer-off'
  | 'forward-unreachable-on' | 'forward-unreachable-off' | 'do-not-disturb-toggle' | 'do-not-disturb-on' | 'do-not-disturb-off' | 'follow-me-toggle' | 'withhold-number'
  | 'speed-dial' | 'wake-up' | 'intercom' | 'directory-by-name' | 'tell-time' | TestAction | LastCallerAction | CompletionAction | VoicemailAction | ScheduleAction | PickUpAction | SupervisionAction | DeskAction

/** Codes that the phones of the house type while they talk. */
export type InCallAction = 'call-record' | 'call-transfer' | 'call-consult' | 'call-return'

/** Codes that lead to a mailbox instead of changing something. */
export type VoicemailAction = 'voicemail-own' | 'voicemail-any' | 'voicemail-leave'
/** Turns opening hours by hand, and back. */
export type ScheduleAction = 'schedule-override'
/** Codes about whoever called last, or was called. */
export type LastCallerAction = 'call-last-caller' | 'block-last-caller' | 'block-last-caller-own' | 'redial'
/** Codes about calls that reached nobody. */
export type CompletionAction = 'complete-call' | 'complete-call-cancel'
/** Codes that pick up a call that rings elsewhere. */
export type PickUpAction = 'pick-up-group' | 'pick-up-extension'
/** Sits down at a shared phone, and leaves it. */
export type DeskAction = 'desk-log-in' | 'desk-log-out'
/** Numbers that try out a phone, a line or the network between. */
export type TestAction = 'echo-test' | 'echo-test-delayed' | 'tone-test' | 'music-test'
/** Listens to a call of somebody else. */
export type SupervisionAction = 'supervise'
/** Codes that change how the caller's own extension handles its calls. */
export type SettingAction = Exclude<FeatureAction, 'withhold-number' | 'speed-dial' | 'wake-up' | 'intercom' | 'directory-by-name' | 'tell-time' | TestAction | LastCallerAction | CompletionAction | VoicemailAction | ScheduleAction | PickUpAction | SupervisionAction | DeskAction>

/** Codes that calls may be led to: they are places and change nothing. */
export const PLACES: ReadonlySet<FeatureAction | InCallAction> = new Set(['voicemail-leave', 'directory-by-name', 'echo-test', 'echo-test-delayed', 'tone-test', 'music-test'])

/** What each feature code does, for people. */
export const featureWords: Readonly<Record<FeatureAction | InCallAction, string>> = {
  'forward-always-on': 'Forward all calls',
  'forward-always-off': 'Stop forwarding all calls',
  'forward-busy-on': 'Forward calls when busy',
  'forward-busy-off': 'Stop forwarding when busy',
  'forward-no-answer-on': 'Forward calls that nobody answers',
  'forward-no-answer-off': 'Stop forwarding calls that nobody answers',
  'forward-unreachable-on': 'Forward calls while no phone is reachable',
  'forward-unreachable-off': 'Stop forwarding while no phone is reachable',
  'do-not-disturb-toggle': 'Turn do not disturb on or off',
  'do-not-disturb-on': 'Turn do not disturb on',
  'do-not-disturb-off': 'Turn do not disturb off',
  'follow-me-toggle': 'Turn follow me on or off',
  'withhold-number': 'Call this number and withhold your own',
  'speed-dial': 'Call the speed dial with this short number, your own or one of the company',
  'schedule-override': 'Open or close by hand the opening hours with this number, or let the clock decide again',
  'call-last-caller': 'Hear who called you last, and call back',
  'block-last-caller': 'Block whoever called you last from outside, for the whole company',
  'block-last-caller-own': 'Block whoever called you last from outside, for your own extension',
  'redial': 'Call the number again that you called last',
  'wake-up': 'Set a wake-up call for your own phone, hear which there are, or cancel them',
  'tell-time': 'Hear day and time',
  'desk-log-in': 'Log in at this phone, where people take turns, with your extension and the PIN of your mailbox; the extension may be dialled behind it',
  'desk-log-out': 'Log out of this phone',
  'echo-test': 'Hear your own voice at once, to try the sound of this phone and how late it comes',
  'echo-test-delayed': 'Hear your own voice five seconds later, as others hear it',
  'tone-test': 'Hear a steady tone of 1004 Hz at 0 dBm0 (milliwatt), to measure the level of a line',
  'music-test': 'Hear the music that waiting callers hear',
  'complete-call': 'Be called when the extension that you called last is free',
  'complete-call-cancel': 'Not be called any more when extensions are free',
  'intercom': 'Talk to this extension at once: its phone answers by itself',
  'pick-up-group': 'Pick up a call that rings in your pickup group',
  'pick-up-extension': 'Pick up a call that rings at this extension',
  'supervise': 'Listen to the call of this extension, where yours may; keys whisper to it (1), to the other side (2), join both (3) or listen only (0)',
  'voicemail-own': 'Listen to your own voicemail',
  'voicemail-any': 'Listen to the voicemail of any extension, with its PIN',
  'voicemail-leave': 'Leave a message for an extension without ringing it',
  'directory-by-name': 'Find a colleague by name, spelled on the keys',
  'call-record': 'Start recording the call, and stop it, where the extension is recorded when somebody asks',
  'call-transfer': 'Transfer the other side to this number',
  'call-consult': 'Talk to this number while the other side waits; hang up to connect the two',
  'call-return': 'Leave whom you talk to and return to the call that waits',
}
