/** The door of the PBX: everything that `api/` may use. */
export type * from './door.ts'
export type * from './events/catalogue.ts'
export { findContacts, type FoundContact } from './contacts/find.ts'
export { STANDARD_COUNTRY } from './contacts/names.ts'
export { readNumber, waysToWrite } from './contacts/number.ts'
export { startPbx, type PbxOptions } from './start.ts'
