import { Badge, Button, Group, Modal, Select, Stack, Table, Text, TextInput, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, must } from '../../api/client'
import type { InvitationBody, MemberBody, Role } from '../../api/types'
import { useFormats } from '../../format'
import { useSession } from '../../session/Session'
import { useText } from '../../text/useText'
import { Asked, Empty, Once, Page, Part, useChange } from '../parts'
import { grantable, roles } from '../roles'
import classes from '../Setup.module.css'
import { setupText } from '../text'
import { peopleText } from './text'

export default function PeoplePage() {
  const t = useText(peopleText)
  const s = useText(setupText)
  return (
    <Page title={s('people')} lead={t('lead')}>
      <Members />
      <Invite />
      <Invitations />
      <Part title={t('rolesTitle')}>
        <Table verticalSpacing={4}>
          <Table.Tbody>
            {roles.map(role => <Table.Tr key={role}><Table.Td fw={500}>{s(`role.${role}`)}</Table.Td><Table.Td>{s(`role.${role}.why`)}</Table.Td></Table.Tr>)}
          </Table.Tbody>
        </Table>
      </Part>
    </Page>
  )
}

/** useRoles returns choices of roles, and always the one that somebody has. */
function useRoles(has?: Role) {
  const s = useText(setupText)
  const { role } = useSession()
  return roles.filter(r => r === has || grantable(role).includes(r)).map(value => ({ value, label: s(`role.${value}`) }))
}

function Members() {
  const t = useText(peopleText)
  const people = useQuery({ queryKey: ['people'], queryFn: async () => (await must(api.GET('/v1/people'))).people })
  const [leaving, setLeaving] = useState<MemberBody | null>(null)
  return (
    <Part title={t('members')}>
      <Asked query={people}>{found => (
        <div className={classes.wide} tabIndex={0} role="group" aria-label={t('members')}>
          <Table>
            <Table.Thead><Table.Tr><Table.Th>{t('name')}</Table.Th><Table.Th>{t('mail')}</Table.Th><Table.Th>{t('role')}</Table.Th><Table.Th><VisuallyHidden>{t('actions')}</VisuallyHidden></Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>{found.map(person => <Member key={person.id} person={person} onLeave={() => setLeaving(person)} />)}</Table.Tbody>
          </Table>
        </div>
      )}</Asked>
      <Leaving person={leaving} onClose={() => setLeaving(null)} />
    </Part>
  )
}

function Member({ person, onLeave }: { person: MemberBody; onLeave(): void }) {
  const t = useText(peopleText)
  const { role } = useSession()
  const change = useChange((to: Role) => must(api.PATCH('/v1/people/{id}', { params: { path: { id: person.id } }, body: { role: to } })), [['people'], ['session']])
  const above = person.role === 'admin' && role !== 'admin'
  return (
    <Table.Tr>
      <Table.Td className={classes.foreign}><bdi>{person.name}</bdi> {person.self && <Badge size="xs" variant="default" tt="none">{t('you')}</Badge>}</Table.Td>
      <Table.Td className={classes.foreign}>{person.mail}</Table.Td>
      <Table.Td>
        <Select size="xs" miw={170} aria-label={t('roleOf', { name: person.name })} allowDeselect={false} disabled={above || person.self || change.isPending} value={person.role} data={useRoles(person.role)} onChange={to => to && change.mutate(to as Role)} />
      </Table.Td>
      <Table.Td ta="end">{!person.self && !above && <Button size="compact-xs" variant="default" onClick={onLeave} aria-label={`${t('remove')}: ${person.name}`}>{t('remove')}</Button>}</Table.Td>
    </Table.Tr>
  )
}

function Leaving({ person, onClose }: { person: MemberBody | null; onClose(): void }) {
  const t = useText(peopleText)
  const s = useText(setupText)
  const remove = useChange((id: string) => api.DELETE('/v1/people/{id}', { params: { path: { id } } }), [['people']], t('removed'))
  return (
    <Modal opened={person !== null} onClose={onClose} title={t('remove')}>
      <Stack>
        <Text className={classes.foreign}>{t('removeLead', { name: person?.name ?? '' })}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>{s('cancel')}</Button>
          <Button color="red.9" onClick={() => { if (person) remove.mutate(person.id); onClose() }}>{t('remove')}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}

function Invite() {
  const t = useText(peopleText)
  const s = useText(setupText)
  const [mail, setMail] = useState('')
  const [role, setRole] = useState<Role>('cm')
  const invite = useChange(() => must(api.POST('/v1/invitations', { body: { mail, role } })), [['invitations']])
  function submit(event: FormEvent) {
    event.preventDefault()
    invite.mutate(undefined, { onSuccess: () => setMail('') })
  }
  const link = invite.data && `${location.origin}/join#${invite.data.token}`
  return (
    <Part title={t('invite')} lead={t('inviteLead')}>
      <Stack>
        <form onSubmit={submit}>
          <Group align="end">
            <TextInput label={t('mail')} type="email" required maxLength={254} autoComplete="off" value={mail} onChange={e => setMail(e.currentTarget.value)} />
            <Select label={t('role')} allowDeselect={false} value={role} data={useRoles()} onChange={to => to && setRole(to as Role)} />
            <Button type="submit" loading={invite.isPending}>{t('inviteDo')}</Button>
          </Group>
        </form>
        {link && <Once label={t('link')} secret={link}><Button size="xs" onClick={() => invite.reset()}>{s('close')}</Button></Once>}
      </Stack>
    </Part>
  )
}

function Invitations() {
  const t = useText(peopleText)
  const invitations = useQuery({ queryKey: ['invitations'], queryFn: async () => (await must(api.GET('/v1/invitations'))).invitations })
  return (
    <Part title={t('invitations')}>
      <Asked query={invitations}>{found => (found.length === 0 ? <Empty>{t('none')}</Empty> : (
        <div className={classes.wide} tabIndex={0} role="group" aria-label={t('invitations')}>
          <Table>
            <Table.Thead><Table.Tr><Table.Th>{t('mail')}</Table.Th><Table.Th>{t('role')}</Table.Th><Table.Th>{t('state')}</Table.Th><Table.Th>{t('until')}</Table.Th><Table.Th><VisuallyHidden>{t('actions')}</VisuallyHidden></Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>{found.map(i => <Invitation key={i.id} invitation={i} />)}</Table.Tbody>
          </Table>
        </div>
      ))}</Asked>
    </Part>
  )
}

function Invitation({ invitation: i }: { invitation: InvitationBody }) {
  const t = useText(peopleText)
  const s = useText(setupText)
  const f = useFormats()
  const revoke = useChange(() => api.DELETE('/v1/invitations/{id}', { params: { path: { id: i.id } } }), [['invitations']], t('revoked'))
  return (
    <Table.Tr>
      <Table.Td className={classes.foreign}>{i.mail}</Table.Td>
      <Table.Td>{s(`role.${i.role}`)}</Table.Td>
      <Table.Td>{t(`state.${i.state}`)}</Table.Td>
      <Table.Td>{f.moment(i.expires_at)}</Table.Td>
      <Table.Td ta="end">{i.state === 'open' && <Button size="compact-xs" variant="default" loading={revoke.isPending} onClick={() => revoke.mutate(undefined)} aria-label={t('revokeOf', { mail: i.mail })}>{t('revoke')}</Button>}</Table.Td>
    </Table.Tr>
  )
}
