-- grain: one row a current conversation, newest first
-- clock: closed_at
-- includes: the page of $limit rows after $offset that passes the filter, and how many there are in all
-- excludes: replaced versions
SELECT source, id, customer_id, excluded, path, tier, intent, intent_derived, channel, market, language, customer_value,
	started_at, closed_at, resolved_at, rating_share, recontact_72h, count(*) OVER () AS total
FROM fact.episode
WHERE (len($excluded) = 0 OR list_contains($excluded, excluded))
	AND (len($filterPath) = 0 OR list_contains($filterPath, path))
	AND (len($filterTier) = 0 OR list_contains($filterTier, tier))
	AND (len($filterIntent) = 0 OR list_contains($filterIntent, coalesce(intent, '(none)')))
	AND (len($filterChannel) = 0 OR list_contains($filterChannel, coalesce(channel, '(none)')))
	AND (len($filterMarket) = 0 OR list_contains($filterMarket, coalesce(market, '(none)')))
	AND (len($filterLanguage) = 0 OR list_contains($filterLanguage, coalesce(language, '(none)')))
	AND (len($filterSource) = 0 OR list_contains($filterSource, source))
	AND (len($filterCustomerValue) = 0 OR list_contains($filterCustomerValue, coalesce(customer_value, '(none)')))
ORDER BY closed_at DESC NULLS LAST, source, id
LIMIT $limit OFFSET $offset
