/** What the engine's thread and the main thread say to each other. */
import type { MessagePort } from 'node:worker_threads'
import type { Refused } from './agent/create.ts'
import type { EngineStatus } from './engine.ts'
import type { GateOrder, GateReport } from './gate/orders.ts'
import type { PulseMemory } from './gate/pulse.ts'
import type { NameReport } from './locate/describe.ts'
import type { EngineOptions, TlsOptions } from './options.ts'
import type { TraceRecord } from './trace.ts'
import type { PeerPlace, TransportName } from './transport/flow.ts'

/** `lane`: the module of the application's guest (`lane.ts`), a file URL. */
export type WorkerOptions = EngineOptions & { lane?: string; pulse?: PulseMemory }

export type FromEngine =
  | { kind: 'ready'; ports: Partial<Record<TransportName, number>>; controlPort: number }
  /** It could not start; the thread ends. */
  | { kind: 'refused'; transport: string; host: string; port: number; code: string; message: string }
  | { kind: 'trace'; records: TraceRecord[] }
  | { kind: 'status'; status: EngineStatus }
  | { kind: 'gate'; report: GateReport }
  /** To the question with this number. */
  | { kind: 'names'; id: number; reports: NameReport[] | undefined }
  | { kind: 'peer-refused'; peer: Refused }
  /** `problem`: why the certificates could not be used; those before them stay. */
  | { kind: 'certificates'; problem: string | undefined }
  /** The connection with that peer is closed. */
  | { kind: 'gone'; peer: PeerPlace }
  /** An application's word that goes beyond drachtio's wire, one character a byte; without text its connection is closed. */
  | { kind: 'aside'; line: number; text: string | undefined }
  | { kind: 'failure'; reason: string }
  | { kind: 'closed' }

export type ToEngine =
  | { kind: 'close' }
  | { kind: 'status' }
  | { kind: 'aside'; line: number; text: string }
  | { kind: 'end-calls'; reason: string }
  | { kind: 'gate'; order: GateOrder }
  | { kind: 'names'; id: number; name: string | undefined; again: boolean }
  | { kind: 'lane'; order: unknown }
  | { kind: 'certificates'; tls: TlsOptions }
  /** An application of this process: frames as text over `port`; `taken` counts the characters it has read, modulo 2^32. */
  | { kind: 'application'; port: MessagePort; taken: Int32Array }
