import { Button, Popover, SegmentedControl, Select, Stack, Switch, Text, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api } from '../api/client'
import { forgetDrafts } from '../drafts'
import { ownZone, usePreferences } from '../preferences'
import { useSession } from '../session/Session'
import type { Language } from '../text/dictionary'
import { useText } from '../text/useText'
import { useCommands } from './commands'
import { KeyboardIcon, UserIcon } from './icons'
import classes from './Shell.module.css'
import { shellText } from './text'

/** PersonMenu is where somebody says how the console is to look for them. */
export function PersonMenu({ onHelp }: { onHelp(): void }) {
  const t = useText(shellText)
  const { me } = useSession()
  const { language, setLanguage, zone, setZone } = usePreferences()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const { singleKeys, setSingleKeys } = useCommands()
  const zones = useMemo(() => [...new Set([ownZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])], [])
  const signOut = useMutation({
    mutationFn: () => api.DELETE('/v1/session'),
    onSettled: () => { forgetDrafts(); location.assign('/') },
  })
  return (
    <Popover width={300} position="bottom-end" trapFocus>
      <Popover.Target>
        <UnstyledButton className={classes.person} aria-label={`${me.name}: ${t('menu')}`}>
          <UserIcon /> <bdi className={classes.wide}>{me.name}</bdi>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <div>
            <Text fw={600} dir="auto">{me.name}</Text>
            <Text size="sm" c="dimmed">{me.mail}</Text>
          </div>
          <SegmentedControl
            fullWidth aria-label={t('language')} value={language} onChange={value => setLanguage(value as Language)}
            data={[{ value: 'de', label: 'Deutsch' }, { value: 'en', label: 'English' }]}
          />
          <SegmentedControl
            fullWidth aria-label={t('scheme')} value={colorScheme} onChange={value => setColorScheme(value as 'light' | 'dark' | 'auto')}
            data={[{ value: 'light', label: t('light') }, { value: 'dark', label: t('dark') }, { value: 'auto', label: t('auto') }]}
          />
          <Select label={t('zone')} searchable allowDeselect={false} value={zone} data={zones} onChange={value => value && setZone(value)} comboboxProps={{ withinPortal: false }} />
          <Switch label={t('singleKeys')} checked={singleKeys} onChange={e => setSingleKeys(e.currentTarget.checked)} />
          <Button variant="default" leftSection={<KeyboardIcon size={16} />} onClick={onHelp}>{t('help')}</Button>
          <Button variant="default" loading={signOut.isPending} onClick={() => signOut.mutate()}>{t('signOut')}</Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
