// The console's own line icons, 24 by 24. They are decoration: what they mean is always
// said in words beside them or in the label of their button.
import type { ReactNode, SVGProps } from 'react'

function icon(paths: ReactNode) {
  return function Icon({ size = 20, ...rest }: SVGProps<SVGSVGElement> & { size?: number }) {
    return (
      <svg
        width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={1.8}
        strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false" {...rest}
      >
        {paths}
      </svg>
    )
  }
}

export const ContentIcon = icon(<><rect x="4" y="4" width="16" height="16" rx="3" /><path d="M8 9h8M8 13h8M8 17h4" /></>)
export const PeopleIcon = icon(<><circle cx="9" cy="8" r="3.5" /><path d="M3 20c0-3.5 2.7-6 6-6s6 2.5 6 6M16 5a3.5 3.5 0 0 1 0 6.5M18 14.5c1.9.8 3 2.8 3 5.5" /></>)
export const SearchIcon = icon(<><circle cx="11" cy="11" r="6.5" /><path d="m16 16 4.5 4.5" /></>)
export const LeadIcon = icon(<><path d="M4 20V10M10 20V4M16 20v-7M21 20H3" /></>)
export const InsightIcon = icon(<><path d="M3 17l5-6 4 3 8-9" /><path d="M15 5h5v5" /></>)
export const SetupIcon = icon(<><circle cx="12" cy="12" r="3" /><path d="M12 3v3m0 12v3M3 12h3m12 0h3M5.6 5.6l2.2 2.2m8.4 8.4 2.2 2.2m0-12.8-2.2 2.2m-8.4 8.4-2.2 2.2" /></>)
export const CheckIcon = icon(<path d="m5 12.5 4.5 4.5L19 7.5" />)
export const ClockIcon = icon(<><circle cx="12" cy="12" r="8.5" /><path d="M12 7.5V12l3 2" /></>)
export const HandoverIcon = icon(<><path d="M4 9h14l-4-4M20 15H6l4 4" /></>)
export const HandIcon = icon(<path d="M8 12V5.5a1.5 1.5 0 0 1 3 0V11m0-6.5a1.5 1.5 0 0 1 3 0V11m0-4.5a1.5 1.5 0 0 1 3 0V15a6 6 0 0 1-6 6c-2.5 0-4-1-5.2-3L4 14.5c-.9-1.6 1-2.9 2.3-1.6L8 14.5" />)
export const NoteIcon = icon(<><path d="M5 4h14v11l-5 5H5z" /><path d="M14 20v-5h5M8.5 8.5h7M8.5 12h4" /></>)
export const TagIcon = icon(<><path d="M4 4h8l8.5 8.5-8 8L4 12z" /><circle cx="8.5" cy="8.5" r="1" /></>)
export const UndoIcon = icon(<><path d="M8 5 4 9l4 4" /><path d="M4 9h10a5.5 5.5 0 0 1 0 11h-3" /></>)
export const EditIcon = icon(<><path d="M4 20l1-4L16 5l3 3L8 19z" /><path d="m14 7 3 3" /></>)
export const MoreIcon = icon(<><circle cx="5.5" cy="12" r=".9" /><circle cx="12" cy="12" r=".9" /><circle cx="18.5" cy="12" r=".9" /></>)
export const FilterIcon = icon(<path d="M4 6h16M7 12h10M10 18h4" />)
export const BackIcon = icon(<path d="m14 5-7 7 7 7" />)
export const DownIcon = icon(<path d="m6 9.5 6 6 6-6" />)
export const CloseIcon = icon(<path d="m6 6 12 12M18 6 6 18" />)
export const AlertIcon = icon(<><path d="M12 4 2.5 20h19z" /><path d="M12 10v4.5M12 17.3v.1" /></>)
export const EyeIcon = icon(<><path d="M2.5 12C5 7.5 8.3 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.8 6.5-9.5 6.5s-7-2-9.5-6.5z" /><circle cx="12" cy="12" r="2.8" /></>)
export const WaveIcon = icon(<path d="M2.5 9c2.4-3 4.8-3 7.2 0s4.8 3 7.2 0c1.5-1.9 3-2.6 4.6-2.1M2.5 16c2.4-3 4.8-3 7.2 0s4.8 3 7.2 0c1.5-1.9 3-2.6 4.6-2.1" />)
export const LinkIcon = icon(<><path d="M10 6H5v13h13v-5M14 4h6v6M20 4l-9 9" /></>)
export const KeyboardIcon = icon(<><rect x="2.5" y="6" width="19" height="12" rx="2" /><path d="M6.5 10h.1M10 10h.1M14 10h.1M17.5 10h.1M8 14h8" /></>)
export const ShareIcon = icon(<><circle cx="6" cy="12" r="2.5" /><circle cx="17.5" cy="6" r="2.5" /><circle cx="17.5" cy="18" r="2.5" /><path d="m8.2 10.9 7-3.7m-7 5.9 7 3.7" /></>)
export const UserIcon = icon(<><circle cx="12" cy="8.5" r="4" /><path d="M4.5 20.5c.6-4.2 3.6-6.5 7.5-6.5s6.9 2.3 7.5 6.5" /></>)
export const MoonIcon = icon(<path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z" />)
export const QuestionIcon = icon(<><circle cx="12" cy="12" r="8.5" /><path d="M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1 1-1.1 1.8M12 16.5v.1" /></>)
