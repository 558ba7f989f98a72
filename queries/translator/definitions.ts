/**
 * What "resolved" means to each vendor, in words, with where it was read. Pure. The SQL beside it applies each to the
 * log. Read in November 2026; vendors change their pages, and a plan may differ, so the words are kept with the source.
 */
export const DEFINITIONS = [
	'intercom_fin',
	'zendesk',
	'forethought',
	'chatwoot',
	'dialogflow_cx',
	'plimsoll'
] as const;
export type DefinitionName = (typeof DEFINITIONS)[number];

export interface ResolvedDefinition {
	title: string;
	/** The published meaning, in short. */
	means: string;
	/** What this denominator is, in the definition's own rate. */
	outOf: string;
	/** How a log is read for it, and what a log can't show. */
	reading: string;
	sources: readonly { url: string; words: string }[];
	/** What could not be checked against a published page; null when all of it was. */
	unverified: string | null;
}

export const RESOLVED: Record<DefinitionName, ResolvedDefinition> = {
	intercom_fin: {
		title: 'Intercom Fin',
		means:
			"After the bot's last answer the customer confirms, or leaves without asking for more help. Silence for 24 hours is taken as leaving.",
		outOf: 'Conversations the bot took part in',
		reading:
			'Only the bot answered, nobody asked for a person or said it did not help, and the customer never wrote again in the same conversation: a later return to it is deducted. A new conversation about the same matter is not.',
		sources: [
			{
				url: 'https://www.intercom.com/help/en/articles/7837512-fin-pricing',
				words:
					'Customers have at least 24 hours to respond to the last AI answer before it is considered exiting a conversation.'
			},
			{
				url: 'https://www.intercom.com/help/en/articles/8205718-fin-resolutions',
				words:
					'the customer either confirms the answer was satisfactory (confirmed resolution), or exits the conversation without requesting further assistance (assumed resolution)'
			}
		],
		unverified:
			'Newer pages name no number of hours; 24 is from the older ones. Whether a last message asks for more help is judged by Intercom from its text, here from the recorded request and outcome.'
	},
	zendesk: {
		title: 'Zendesk AI agents',
		means:
			'72 hours of inactivity in the conversation, no person involved, and a language model finds the answer relevant. Counted by conversation, not by customer.',
		outOf: 'Conversations the bot took part in',
		reading:
			'Only the bot answered, nobody asked for a person or said it did not help, and the conversation stayed quiet for 72 hours. The customer on another channel is another interaction.',
		sources: [
			{
				url: 'https://support.zendesk.com/hc/en-us/articles/8357756668186',
				words:
					'An automated resolution is counted after 72 hours of inactivity if AI evaluation has confirmed that the AI agent’s response was relevant'
			},
			{
				url: 'https://support.zendesk.com/hc/en-us/articles/5352026794010-About-automated-resolutions-for-AI-agents',
				words: 'Automated resolutions are counted per conversation rather than per user.'
			},
			{
				url: 'https://support.zendesk.com/hc/en-us/articles/9570369117338',
				words: 'This article describes the automated resolution tiers that were introduced on May 18, 2026.'
			}
		],
		unverified:
			'The check by a language model can’t be repeated from a log; it is taken as passed, so this is the most that would be billed. The tiers that Zendesk has since May 2026 are not told apart.'
	},
	forethought: {
		title: 'Forethought Solve',
		means:
			'The customer received a response and neither replied nor clicked the negative feedback button. No waiting period.',
		outOf: 'Conversations the bot answered',
		reading:
			'Only the bot answered, no later customer message in the same conversation, no "did not help" and not the lowest mark of a rating. Asking for a person and getting none still counts as deflected.',
		sources: [
			{
				url: 'https://support.forethought.ai/hc/en-us/articles/21325040060051-Solve-Email-Analytics',
				words:
					'A Deflection occurs when an end-user receives a response from Forethought but neither replies to the email nor clicks on the negative feedback button within it.'
			},
			{
				url: 'https://support.forethought.ai/hc/en-us/articles/41296553121939-How-Deflection-Works-in-Solve-Email',
				words:
					'The deflection logic described in this article applies only to Solve Email and does not apply to Solve API, Solve Widget, or Solve Voice.'
			}
		],
		unverified:
			'The words are those of Solve Email; chat and voice count in another way, which we have not read, and are counted here in the same way.'
	},
	chatwoot: {
		title: 'Chatwoot Captain',
		means:
			'Resolved by the bot without a handoff or an earlier reply of a person, and not opened again in the same thread for 7 days.',
		outOf: 'Autonomous resolutions that are at least 7 days old',
		reading:
			'Marked resolved after a bot reply, no handoff, no person before the resolve, and no customer message in the same conversation or thread within 7 days. What was never marked resolved is not in its denominator.',
		sources: [
			{
				url: 'https://github.com/chatwoot/chatwoot/blob/16b7285477cdbedcbd594f71c5fc3cb71b88a0bf/enterprise/app/builders/captain/assistant_outcome_classification.rb',
				words: "ended_at IS NULL OR ended_at >= resolved_at + INTERVAL '7 days'"
			},
			{
				url: 'https://github.com/chatwoot/chatwoot/pull/15425',
				words: 'autonomous resolutions that remained closed for at least seven days'
			}
		],
		unverified: null
	},
	dialogflow_cx: {
		title: 'Dialogflow CX',
		means: 'A contained session whose customer does not call back within 24 hours.',
		outOf: 'Sessions of known customers that the bot took part in',
		reading:
			'Ended without a person, and the same customer began no session of any matter, on any channel, in 24 hours. Without a customer id it can’t be known.',
		sources: [
			{
				url: 'https://docs.cloud.google.com/ruby/docs/reference/google-cloud-dialogflow-cx-v3/latest/Google-Cloud-Dialogflow-CX-V3-Experiment-Result-MetricType',
				words: 'Percentage of contained sessions without user calling back in 24 hours.'
			}
		],
		unverified:
			'The pages do not say what a contained session is; it is read as one that ended and was not handed to a person.'
	},
	plimsoll: {
		title: 'Plimsoll, durable resolution',
		means:
			'Resolved, and within 7 days the customer did not come back on any channel, did not complain, and nothing was reversed.',
		outOf: 'All contacts of known customers that only the bot answered',
		reading:
			'The whole journey of the customer counts, whichever conversation or channel it goes on in; what was never resolved stays in the denominator.',
		sources: [],
		unverified: null
	}
};
