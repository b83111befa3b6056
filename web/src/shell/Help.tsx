import { Kbd, Modal, Switch, Table, Text, Title } from '@mantine/core'
import { useText } from '../text/useText'
import { type Command, shownKey, useCommands } from './commands'
import { shellText } from './text'

/** Help shows every key that does something here and now. */
export function Help({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const t = useText(shellText)
  const { commands, singleKeys, setSingleKeys } = useCommands()
  const groups = Map.groupBy(commands.filter(c => c.keys?.length), c => c.group)
  return (
    <Modal opened={opened} onClose={onClose} title={t('help')} size="lg">
      <Text c="dimmed" mb="sm">{t('helpHint')}</Text>
      <Switch mb="md" label={t('singleKeys')} checked={singleKeys} onChange={e => setSingleKeys(e.currentTarget.checked)} />
      {[...groups].map(([group, members]) => <Keys key={group} group={group} commands={members} />)}
    </Modal>
  )
}

function Keys({ group, commands }: { group: string; commands: Command[] }) {
  return (
    <>
      <Title order={3} size="h5" mt="sm">{group}</Title>
      <Table verticalSpacing={4}>
        <Table.Tbody>
          {commands.map(c => (
            <Table.Tr key={c.id}>
              <Table.Td>{c.label}</Table.Td>
              <Table.Td ta="end">{c.keys?.map(key => <Kbd key={key} size="sm" ml={4}>{shownKey(key)}</Kbd>)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  )
}
