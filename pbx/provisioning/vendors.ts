/** Whose phones are set up from here, their models, and how their settings are written. */
import type { PhoneModel, PhoneVendor } from '../door-phones.ts'
import { ciscoFiles } from './cisco.ts'
import type { PhoneFacts, PhoneFile } from './facts.ts'
import { fanvilFiles } from './fanvil.ts'
import { grandstreamFiles } from './grandstream.ts'
import { polyFiles } from './poly.ts'
import { snomFiles } from './snom.ts'
import { acrobitsFiles, linphoneFiles } from './softphones.ts'
import { yealinkFiles } from './yealink.ts'

export interface Vendor extends PhoneVendor {
  /** The settings; the first file is the one the phone asks for. */
  files(facts: PhoneFacts, lines: number, keys: number): PhoneFile[]
}

/** `T46U 16 27`: accounts and keys of each. */
const models = (prefix: string, ...list: string[]): PhoneModel[] => list.map((text) => {
  const [id = '', lines, keys] = text.split(' ')
  return { id, name: `${prefix}${id}`, lines: Number(lines), keys: Number(keys) }
})

export const VENDORS: readonly Vendor[] = [
  {
    id: 'yealink', name: 'Yealink', soft: false, dhcp: { option: 66, suffix: '' }, file: '{mac}.cfg', files: yealinkFiles,
    models: models('', 'T31P 2 2', 'T33G 4 4', 'T42U 12 15', 'T43U 12 21', 'T44U 12 21', 'T46U 16 27', 'T48U 16 29', 'T53W 12 21', 'T54W 16 27', 'T57W 16 29', 'T58W 16 27'),
    howTo: 'On the phone’s web page: Settings → Auto Provision → Server URL, then Auto Provision Now.',
  },
  {
    id: 'grandstream', name: 'Grandstream', soft: false, dhcp: { option: 66, suffix: '' }, file: 'cfg{mac}.xml', files: grandstreamFiles,
    models: models('', 'GRP2612 2 4', 'GRP2613 3 6', 'GRP2614 4 6', 'GRP2615 5 6', 'GRP2616 6 6', 'GXP2135 4 4', 'GXP2160 6 6', 'GXP2170 6 6'),
    howTo: 'On the phone’s web page: Maintenance → Upgrade and Provisioning → Config: upgrade via HTTPS, and the server path without https://. Then Provision.',
  },
  {
    id: 'poly', name: 'Poly', soft: false, dhcp: { option: 160, suffix: '' }, file: '{mac}.cfg', files: (facts, lines) => polyFiles(facts, lines),
    models: models('', 'VVX150 2 2', 'VVX250 4 4', 'VVX350 6 6', 'VVX450 12 12', 'EdgeE220 4 16', 'EdgeE350 8 24', 'EdgeE450 12 32'),
    howTo: 'On the phone: Settings → Advanced → Administration Settings → Network Configuration → Provisioning Server: type HTTPS and the address.',
  },
  {
    id: 'cisco', name: 'Cisco', soft: false, dhcp: { option: 66, suffix: '$MA.xml' }, file: '{mac}.xml', files: ciscoFiles,
    models: models('', '6821 2 2', '6841 4 4', '6851 4 4', '6861 4 4', '7821 2 2', '7841 4 4', '7861 16 16', '8811 5 5', '8841 10 10', '8851 10 10', '8861 10 10'),
    howTo: 'With multiplatform firmware, on the phone’s web page: Voice → Provisioning → Profile Rule, with the whole address of the file.',
  },
  {
    id: 'snom', name: 'Snom', soft: false, dhcp: { option: 66, suffix: '{mac}.xml' }, file: '{mac}.xml', files: snomFiles,
    models: models('', 'D120 2 2', 'D315 4 5', 'D335 12 8', 'D385 12 12', 'D713 4 4', 'D717 6 3', 'D735 12 8', 'D785 12 6', 'D862 12 8', 'D865 12 10'),
    howTo: 'On the phone’s web page: Advanced → Update → Setting URL, with the whole address of the file. Then restart the phone.',
  },
  {
    id: 'fanvil', name: 'Fanvil', soft: false, dhcp: { option: 66, suffix: '$mac.xml' }, file: '{mac}.xml', files: fanvilFiles,
    models: models('', 'X3U 6 3', 'X4U 12 6', 'X5U 16 6', 'X6U 20 12', 'X7 20 12', 'V62 6 6', 'V64 12 12', 'V65 20 12'),
    howTo: 'On the phone’s web page: System → Auto Provision → Static Provisioning Server: server address, configuration file name, protocol HTTPS, update mode after reboot. Then restart the phone.',
  },
  {
    id: 'linphone', name: 'Linphone', soft: true, dhcp: null, file: 'linphone.xml', files: (facts) => linphoneFiles(facts),
    models: [{ id: 'app', name: 'App', lines: 6, keys: 0 }],
    howTo: 'In the app’s assistant choose “Fetch remote configuration” and scan the code, or enter the address.',
  },
  {
    id: 'acrobits', name: 'Acrobits and Groundwire', soft: true, dhcp: null, file: 'account.xml', files: (facts) => acrobitsFiles(facts),
    models: [{ id: 'app', name: 'App', lines: 1, keys: 0 }],
    howTo: 'Enter the address as the external provisioning address of your app in Acrobits’ Cloud Softphone portal; there it makes the QR code (csc:) for its users.',
  },
]

export function vendorOf(id: string): Vendor | undefined {
  return VENDORS.find((vendor) => vendor.id === id)
}

export function modelOf(vendor: Vendor, id: string): PhoneModel | undefined {
  return vendor.models.find((model) => model.id === id)
}
