/** The API's types under the names the panel uses. */
export type {
  AllowedNetwork, ApiToken, AuditEvent, Ban, Call, Certificate, Certificates, CallDetail, Conference, ConferenceParty, Device, Drain, Extension, HealthPart, Leg, MediaFigures, MediaServer, LiveConference, LiveMessage, NewApiToken, Pagination, Party, PermissionName, Prompt, Recording,
  Registration, RingGroup, Role, SessionInfo as Session, SipCredentials, SipName, SipTarget, SipTransport, SystemInfo, Termination, Trace, TraceMessage, User,
} from '../client/index.ts'
