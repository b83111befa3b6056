const names: Record<string, string> = {
  facebook: 'Facebook', instagram: 'Instagram', threads: 'Threads', x: 'X', linkedin: 'LinkedIn', tiktok: 'TikTok', telegram: 'Telegram',
  discourse: 'Discourse', slack: 'Slack', youtube: 'YouTube', discord: 'Discord', mastodon: 'Mastodon', bluesky: 'Bluesky', standard_webhooks: 'Webhook',
  reddit: 'Reddit', google_business: 'Google Business', trustpilot: 'Trustpilot',
}

/** platformName is a platform's own name, the same in every language. */
export function platformName(platform: string): string {
  return names[platform] ?? platform
}
