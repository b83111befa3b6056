// The rooms of the console. A room is one line here and a folder of its own; its page is
// loaded when somebody enters it.
import { type ComponentType, lazy, type LazyExoticComponent } from 'react'
import type { QueueBody } from './api/types'
import type { Session } from './session/Session'
import { ContentIcon, InsightIcon, LeadIcon, PeopleIcon, SetupIcon } from './shell/icons'
import type { shellText } from './shell/text'

export interface Room {
  /** First part of its addresses. */
  path: string
  name: keyof typeof shellText.en
  Icon: ComponentType<{ size?: number }>
  /** Who finds it among the rooms. */
  for(session: Session): boolean
  Page: LazyExoticComponent<ComponentType>
  /** What waits there, shown beside its name. */
  count?(queues: QueueBody[]): number | undefined
}

const openIn = (queue: string) => (queues: QueueBody[]) => queues.find(q => q.queue === queue)?.open

export const rooms: Room[] = [
  {
    path: '/content', name: 'content', Icon: ContentIcon, for: s => s.works('smm') || s.role === 'viewer', count: openIn('smm'),
    Page: lazy(() => import('./inbox/ContentRoom')),
  },
  {
    path: '/relationships', name: 'relationships', Icon: PeopleIcon, for: s => s.works('cm') || s.role === 'viewer', count: openIn('cm'),
    Page: lazy(() => import('./inbox/RelationshipRoom')),
  },
  { path: '/team', name: 'team', Icon: LeadIcon, for: s => s.leads, Page: lazy(() => import('./team/TeamRoom')) },
  { path: '/insight', name: 'insight', Icon: InsightIcon, for: () => true, Page: lazy(() => import('./insight/InsightRoom')) },
  { path: '/setup', name: 'setup', Icon: SetupIcon, for: () => true, Page: lazy(() => import('./setup/Setup')) },
]

/** homeOf is the room that opens first. */
export function homeOf(session: Session): string {
  return rooms.find(room => room.for(session))?.path ?? '/content'
}
