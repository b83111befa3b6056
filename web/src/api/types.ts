// Names of the contract's shapes, as the console uses them. `make types` generates
// schema.ts from the running code; it is read by the compiler only.
export type {
  AuthorPage, BrandBody, BudgetBody, BulkOutputBody, CareBody, ChannelState, CostLineBody, DeliveryEntry, DetailBody, EndpointEntry, EngagementBody, EvidenceBody, GroupBody, HistoryBody, InvitationBody, ItemBody, ListFilter,
  ListOutputBody, MemberBody, MeOutputBody, MeansOutputBody, NoteBody, PeopleOutputBody, PlatformBody, QueueBody, ReceiptBody, SessionBody,
  SkippedBody, ThreadPage, ThriftBody, TokenBody, ViewBody, WaveBody,
} from './schema'

export type Queue = 'smm' | 'cm'
export type Role = 'smm' | 'cm' | 'hybrid' | 'lead' | 'admin' | 'viewer'
