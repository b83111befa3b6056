import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, must } from '../api/client'
import { isProblem } from '../api/problem'
import { useText } from '../text/useText'
import type { Document } from './document'
import classes from './Plan.module.css'
import { Wrong } from './PlanPage'
import { planText } from './text'

interface Props {
  document: Document
  /** The version in force when it was looked at. */
  version: number
  onDone(version: number, live: boolean): void
}

/** GoLive keeps a plan that was looked at, and puts it in force when somebody says so twice. */
export function GoLive({ document, version, onDone }: Props) {
  const t = useText(planText)
  const [note, setNote] = useState('')
  const [asked, setAsked] = useState(false)
  const go = useMutation({
    mutationFn: async (live: boolean) => {
      const kept = await must(api.POST('/v1/plans', { body: { plan: document, ...(note.trim() && { note: note.trim() }) } }))
      if (live) await api.POST('/v1/plans/{version}/activate', { params: { path: { version: kept.version }, header: { 'If-Match': `"${version}"` } } })
      return { version: kept.version, live }
    },
    onSuccess: kept => onDone(kept.version, kept.live),
    onSettled: () => setAsked(false),
  })
  return (
    <section className={classes.card} aria-label={t('activate')}>
      <Group align="flex-end" gap="sm">
        <TextInput className={classes.note} label={t('note')} maxLength={2000} value={note} onChange={e => setNote(e.currentTarget.value)} />
        <Button variant="default" loading={go.isPending} onClick={() => go.mutate(false)}>{t('keep')}</Button>
        <Button loading={go.isPending} onClick={() => setAsked(true)}>{t('activate')}</Button>
      </Group>
      {go.isError && (isProblem(go.error, 'precondition-failed') ? <p role="alert">{t('moved')}</p> : <Wrong error={go.error} />)}
      <Modal opened={asked} onClose={() => setAsked(false)} title={t('sure')} centered>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => setAsked(false)}>{t('cancel')}</Button>
          <Button loading={go.isPending} data-autofocus onClick={() => go.mutate(true)}>{t('activate')}</Button>
        </Group>
      </Modal>
    </section>
  )
}
