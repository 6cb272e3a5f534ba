/** The door of the PBX: everything that `api/` may use. */
export type * from './door.ts'
export type * from './events/catalogue.ts'
export { startPbx, type PbxOptions } from './start.ts'
