// Names of the contract's shapes, as the console uses them. `make types` generates
// schema.ts from the running code; it is read by the compiler only.
export type {
  AuthorPage, BrandBody, BudgetBody, BulkOutputBody, Calendar, CareBody, ChannelState, CostLineBody, DeliveryEntry,
  DetailBody, EndpointEntry, EngagementBody, EvidenceBody, GroupBody, HistoryBody, HitBody, InvitationBody, ItemBody,
  ListFilter, ListOutputBody, MateBody, MeansOutputBody, MemberBody, MeOutputBody, NoteBody, PeopleOutputBody, PlanBody,
  PlatformBody, PreviewBody, QueueBody, ReceiptBody, SessionBody, SkippedBody, TeamOutputBody, ThreadPage, ThriftBody,
  TokenBody, ViewBody, WaveBody,
} from './schema'

export type Queue = 'smm' | 'cm'
export type Role = 'smm' | 'cm' | 'hybrid' | 'lead' | 'admin' | 'viewer'
