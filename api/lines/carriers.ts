/** Carriers that are known, and what a trunk to each wants: what they publish for PBXes of their customers. */
import type { z } from 'zod'
import type { Carrier } from './schemas.ts'

type Template = z.input<typeof Carrier>
type Values = Template['trunk']

const usual: Values = { host: '', port: null, transport: 'udp', register: true, registersHere: false, registerSeconds: 600, networks: [], country: 'US', format: 'plus', identity: 'pai', codecs: [], dtmf: 'auto', packetMs: null }
const account = { username: 'User name', password: 'Password' }

export const carriers: readonly Template[] = [
  {
    id: 'twilio', name: 'Twilio Elastic SIP Trunking', asks: { host: 'Termination SIP URI', username: 'User name of the credential list', password: 'Its password' }, hostExample: 'yourname.pstn.twilio.com',
    help: 'In the Twilio console: Elastic SIP Trunking, your trunk, Termination has the SIP URI and the credential list; under Origination enter sip: and our public address. Numbers go with +.',
    trunk: { ...usual, codecs: ['PCMU', 'PCMA'], transport: 'tls', register: false, networks: ['54.172.60.0/30', '54.244.51.0/30', '54.171.127.192/30', '35.156.191.128/30', '54.65.63.192/30', '54.169.127.128/30', '54.252.254.64/30', '177.71.206.192/30'] },
  },
  {
    id: 'telnyx', name: 'Telnyx', asks: account, hostExample: 'sip.telnyx.com',
    help: 'In the Mission Control portal: a SIP connection of the type Credentials has the user name and the password. Assign your numbers and an outbound voice profile to it.',
    trunk: { ...usual, host: 'sip.telnyx.com', transport: 'tls' },
  },
  {
    id: 'bandwidth', name: 'Bandwidth', asks: { host: 'SIP host of your account' }, hostExample: '192.0.2.10',
    help: 'Bandwidth knows you by your public address: have it entered at the location of your account. The host is in the welcome letter. Numbers go with +.',
    trunk: { ...usual, codecs: ['PCMU', 'PCMA'], register: false, networks: ['216.82.238.134', '67.231.2.12', '67.231.9.35', '67.231.13.123'] },
  },
  {
    id: 'flowroute', name: 'Flowroute', asks: account, hostExample: 'us-east-nj.sip.flowroute.com',
    help: 'In Flowroute Manage: Interconnection has the SIP credentials. Choose the point of presence next to you, and a route that leads to the registration. Numbers go without +.',
    trunk: { ...usual, codecs: ['PCMU', 'PCMA'], host: 'us-east-nj.sip.flowroute.com', format: 'digits' },
  },
  {
    id: 'voipms', name: 'VoIP.ms', asks: { host: 'Server next to you', username: 'Account or sub account', password: 'Its SIP password' }, hostExample: 'newyork1.voip.ms',
    help: 'In the portal: Sub Accounts has the user name, such as 123456_office. Your numbers must be set to the same server that you enter here. Numbers go without +.',
    trunk: { ...usual, codecs: ['PCMU'], format: 'digits' },
  },
  {
    id: 'vonage', name: 'Vonage', asks: { username: 'API key', password: 'API secret' }, hostExample: 'sip.nexmo.com',
    help: 'In the API dashboard: the key and the secret are on the first page. Forward your numbers to sip: and our public address. Numbers go without +.',
    trunk: { ...usual, codecs: ['PCMU', 'PCMA'], host: 'sip.nexmo.com', transport: 'tls', register: false, format: 'digits', identity: 'none' },
  },
  {
    id: 'sipgate', name: 'sipgate trunking', asks: { username: 'SIP ID', password: 'SIP password' }, hostExample: 'sipconnect.sipgate.de',
    help: 'In the sipgate account: the trunk has the SIP ID, such as 1234567t0, and the SIP password. Numbers go with their country code and without +.',
    trunk: { ...usual, codecs: ['PCMA', 'PCMU'], host: 'sipconnect.sipgate.de', country: 'DE', format: 'digits' },
  },
  {
    id: 'telekom', name: 'Deutsche Telekom SIP-Trunk', asks: { username: 'Registration number', password: 'Telephony password' }, hostExample: 'sip-trunk.telekom.de',
    help: 'The letter of the CompanyFlex or SIP-Trunk order names the registration number (+49…) and the telephony user name; the password is set in the business portal. The line must be one of Telekom: from elsewhere nothing answers.',
    trunk: { ...usual, codecs: ['G722', 'PCMA'], host: 'sip-trunk.telekom.de', transport: 'tcp', registerSeconds: 480, country: 'DE' },
  },
  {
    id: 'gamma', name: 'Gamma', asks: { host: 'Address of the Gamma SBC' }, hostExample: '192.0.2.10',
    help: 'Gamma knows you by your public address. The order names the SBC; the second one is a trunk of its own, after this one in the route. Numbers go with their country code and without +.',
    trunk: { ...usual, codecs: ['PCMA', 'PCMU'], register: false, country: 'GB', format: 'digits' },
  },
  {
    id: 'ovh', name: 'OVHcloud Telecom', asks: { host: 'SIP server', username: 'Line, such as 0033…', password: 'SIP password' }, hostExample: 'sip3.ovh.fr',
    help: 'In the OVHcloud manager: the line has its SIP server, its user name, which begins with 0033, and its SIP password.',
    trunk: { ...usual, codecs: ['PCMA', 'PCMU'], host: 'sip3.ovh.fr', country: 'FR', format: 'national', registerSeconds: 1_800 },
  },
  {
    id: 'zadarma', name: 'Zadarma', asks: { username: 'SIP login', password: 'SIP password' }, hostExample: 'sip.zadarma.com',
    help: 'In the personal account: Settings, SIP has the login and the password. Direct your numbers to this SIP login. Numbers go with their country code and without +.',
    trunk: { ...usual, codecs: ['PCMA', 'PCMU'], host: 'sip.zadarma.com', country: 'GB', format: 'digits' },
  },
  {
    id: 'register', name: 'Another carrier with user name and password', asks: { host: 'SIP server', ...account }, hostExample: 'sip.carrier.example',
    help: 'We register there, and it sends calls to where we are. How numbers are sent can be changed later, when calls fail or show a wrong number.',
    trunk: usual,
  },
  {
    id: 'address', name: 'Another carrier that knows our address', asks: { host: 'SIP server' }, hostExample: 'sip.carrier.example',
    help: 'The carrier lets our public address in, and sends calls to it. Calls that come from other addresses than those of its server need its networks, which can be entered later.',
    trunk: { ...usual, register: false },
  },
  {
    id: 'peer', name: 'A PBX of ours or of a customer', asks: { username: 'User name', password: 'Password of at least 12 characters' }, hostExample: '',
    help: 'That PBX registers here, like with a carrier: enter our address there, and the user name and the password that you choose now. Its calls reach the inbound numbers.',
    trunk: { ...usual, register: false, registersHere: true },
  },
]
