import { Inbox } from './Inbox'

/** The CM's room: who speaks, and what they need. */
export default function RelationshipRoom() {
  return <Inbox key="cm" queue="cm" base="/relationships" />
}
