import { useQuery } from '@tanstack/react-query'
import { api, must } from '../api/client'
import type { BrandBody } from '../api/types'
import { useChange } from './parts'

export function useBrand() {
  return useQuery({ queryKey: ['brand'], queryFn: () => must(api.GET('/v1/brand')) })
}

export type BrandChange = Partial<Pick<BrandBody, 'name' | 'goal' | 'context' | 'voice' | 'slack_smm' | 'slack_cm' | 'nothing_leaves'>> & { withheld?: BrandBody['withheld'] }

export function useChangeBrand() {
  return useChange((body: BrandChange) => must(api.PATCH('/v1/brand', { body: body as never })), [['brand'], ['session']])
}
