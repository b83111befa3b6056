import { Checkbox, Group, Stack, Switch } from '@mantine/core'
import type { BrandBody } from '../../api/types'
import { useSession } from '../../session/Session'
import { useText } from '../../text/useText'
import { Asked, Part } from '../parts'
import { useBrand, useChangeBrand } from '../useBrand'
import { enginesText } from './text'

const fields = ['language', 'platform', 'post', 'in_reply_to', 'brand', 'about_the_brand', 'brand_voice', 'examples'] as const

export function Privacy() {
  const t = useText(enginesText)
  const brand = useBrand()
  return <Part title={t('privacy')}><Asked query={brand}>{found => <Choices brand={found} />}</Asked></Part>
}

function Choices({ brand }: { brand: BrandBody }) {
  const t = useText(enginesText)
  const { rules } = useSession()
  const change = useChangeBrand()
  return (
    <Stack>
      <Switch label={t('nothing')} description={t('nothingHint')} disabled={!rules || change.isPending} checked={brand.nothing_leaves} onChange={e => change.mutate({ nothing_leaves: e.currentTarget.checked })} />
      {!brand.nothing_leaves && (
        <Checkbox.Group label={t('withheld')} description={t('withheldHint')} value={brand.withheld} onChange={withheld => change.mutate({ withheld })}>
          <Group pt="xs" gap="md">{fields.map(field => <Checkbox key={field} value={field} label={t(`field.${field}`)} disabled={!rules || change.isPending} />)}</Group>
        </Checkbox.Group>
      )}
    </Stack>
  )
}
