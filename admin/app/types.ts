/** The API's types under the names the panel uses. */
export type {
  AllowedNetwork, ApiToken, Application, Attendant, Holiday, OpenHours, Schedule, AuditEvent, AuditVerification, Ban, BlockedCaller, SpeedDial, WakeUp, Call, Certificate, Certificates, CallDetail, Conference, ConferenceParty, Device, Drain, EmergencyCall, EmergencyLocation, EmergencyNetwork, EmergencySettings, EmergencySite, Extension, HealthPart, InboundNumber, Leg, MediaFigures, MediaServer, LiveConference, LiveMessage, Located, LocatedDevice, NewApiToken, OpenSession, OutboundRoute, PagingGroup, Pagination, ParkedCall, ParkLot, Party, PinSet, PermissionName, PoolNumber, Prompt, Recording,
  Registration, RingGroup, Role, SessionInfo as Session, SipCredentials, SipName, SipTarget, SipTransport, StirSettings, SystemInfo, Termination, Trace, TraceMessage, Trunk, User, Mailbox, MailSettings, MessageSettings, OutgoingMail, WaitingMessage, VoiceMessage,
  PhoneKey, PhoneLink, PhoneOpeningMade, SharedPhone, PhoneVendor, ProvisionedPhone,
Backup, BackupSettings, Finding, ConfigurationPlan, ConfigurationResult, Webhook, WebhookDelivery, NewWebhook, WebhookEvent as WebhookEventName,
} from '../client/index.ts'
