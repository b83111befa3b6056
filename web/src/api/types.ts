// Names of the contract's shapes, as the console uses them. `make types` generates
// schema.ts from the running code; it is read by the compiler only.
export type {
  AuthorPage, BulkOutputBody, Calendar, DetailBody, EngagementBody, EvidenceBody, GroupBody, HistoryBody, ItemBody, ListFilter,
  HitBody, ListOutputBody, MateBody, MeOutputBody, MeansOutputBody, NoteBody, PeopleOutputBody, QueueBody, ReceiptBody, SessionBody,
  PlanBody, PreviewBody, SkippedBody, TeamOutputBody, ThreadPage, ViewBody, WaveBody,
} from './schema'

export type Queue = 'smm' | 'cm'
export type Role = 'smm' | 'cm' | 'hybrid' | 'lead' | 'admin' | 'viewer'
