/**
 * By what people ask for something, and how it looks when a customer gave it, in eight languages, as RE2 patterns. Pure.
 * Texts are as for `phrases.ts`. A question needs a verb of asking or a question mark near the thing; naming it is none.
 */

/** Up to 60 characters of the same sentence. */
const NEAR = String.raw`[^.?!|]{0,60}`;
const ASKS = {
	en: String.raw`(?:can|could|may|would|will) (?:you|i)|please|provide|send me|give me|share|confirm|what(?:'s| is| was)|tell me|need your`,
	de: String.raw`(?:konnen|konnten|wurden) sie|kannst du|bitte|nennen|mitteilen|senden sie|wie (?:lautet|ist)|brauche|benotige`,
	fr: String.raw`(?:pouvez|pourriez)[- ]vous|merci de|veuillez|donnez|communiquer|indiquer|quel(?:le)? est|s'il vous plait`,
	es: String.raw`(?:puede|podria|puedes|podrias)|por favor|indique|indicar|facilit\w+|cual es|necesito|dig[ao]me|proporcion\w+`,
	pt: String.raw`(?:pode|poderia|podia)|por favor|indique|informe|informar|qual (?:e|o|seria)|preciso|diga[- ]me`,
	sv: String.raw`(?:kan|skulle) du|vanligen|ange|skicka|vad ar|vilket ar|behover|uppge`,
	nl: String.raw`(?:kunt|kun|zou) (?:u|je)|graag|geef|doorgeven|wat is|heb(?: ik)? .{0,12}nodig|sturen`,
	it: String.raw`(?:puo|potrebbe|puoi|potresti)|per favore|indichi|indicare|fornir\w+|qual e|mi serve|comunic\w+`
};
type Language = keyof typeof ASKS;

const asking = (things: Record<Language, string>): Record<string, string[]> =>
	Object.fromEntries(
		Object.entries(things).map(([language, thing]) => [
			language,
			[
				String.raw`\b(?:${ASKS[language as Language]})\b${NEAR}\b(?:${thing})\b`,
				String.raw`\b(?:${thing})\b[^.!|]{0,30}\?`
			]
		])
	);

export const RE_ASKED = {
	number: asking({
		en: '(?:order|booking|reservation|invoice|account|ticket|case|tracking|reference|customer|confirmation) (?:number|no|id|code)',
		de: '(?:bestell|auftrags|buchungs|rechnungs|kunden|vorgangs|sendungs|ticket)-?(?:nummer|nr)',
		fr: 'numero de (?:la |votre )?(?:commande|reservation|facture|compte|client|dossier|suivi|ticket)',
		es: 'numero de (?:su |tu )?(?:pedido|reserva|factura|cuenta|cliente|caso|seguimiento|ticket)',
		pt: 'numero d[aoe] (?:seu |sua )?(?:pedido|encomenda|reserva|fatura|conta|cliente|caso)',
		sv: '(?:order|boknings|faktura|kund|konto|arende)-?(?:nummer|nr)(?:et)?',
		nl: '(?:bestel|order|boekings|reserverings|factuur|klant|zaak)-?(?:nummer|nr)',
		it: "numero (?:d'ordine|dell'ordine|di ordine|del(?:la)? (?:prenotazione|fattura|conto|pratica)|cliente|di prenotazione)"
	}),
	email: asking({
		en: 'e-?mail(?: address)?',
		de: '(?:e-?mail(?:-?adresse)?|mailadresse)',
		fr: '(?:adresse )?(?:e-?mail|courriel|mail)',
		es: '(?:correo(?: electronico)?|e-?mail)',
		pt: 'e-?mail',
		sv: '(?:e-?post(?:adress)?|mejl(?:adress)?|e-?mail)',
		nl: 'e-?mail(?:adres)?',
		it: '(?:e-?mail|indirizzo (?:e-?mail|di posta))'
	}),
	matter: {
		en: [
			String.raw`\b(?:how|what) (?:can|may) i (?:help|assist|do for) you\b`,
			String.raw`\bwhat (?:is|seems to be|'s) (?:the|your) (?:problem|issue|question|concern)\b`,
			String.raw`\b(?:describe|explain|tell me (?:more )?about) (?:the|your) (?:problem|issue|question|request|concern)\b`
		],
		de: [
			String.raw`\bwie (?:kann|darf) ich (?:ihnen|dir)(?: weiter)? ?helfen\b`,
			String.raw`\b(?:worum geht es|was ist (?:das|ihr) (?:problem|anliegen))\b`,
			String.raw`\bschildern sie\b`
		],
		fr: [
			String.raw`\b(?:comment|en quoi) puis[- ]je vous aider\b`,
			String.raw`\bquel est (?:le|votre) (?:probleme|souci)\b`,
			String.raw`\b(?:decrire|expliquer) (?:le|votre) (?:probleme|demande)\b`
		],
		es: [
			String.raw`\ben que (?:le |te )?puedo ayudar(?:le|te)?\b`,
			String.raw`\bcual es (?:el|su|tu) problema\b`,
			String.raw`\b(?:describir|explicar|describa|explique) (?:el|su|tu) (?:problema|consulta)\b`
		],
		pt: [
			String.raw`\b(?:como|em que) posso ajudar\b`,
			String.raw`\bqual (?:e )?o (?:seu )?problema\b`,
			String.raw`\b(?:descrever|explicar|descreva|explique) o (?:seu )?problema\b`
		],
		sv: [
			String.raw`\b(?:hur|vad) kan jag hjalpa\b`,
			String.raw`\bvad galler (?:det|ditt arende)\b`,
			String.raw`\b(?:beskriva|forklara) (?:problemet|ditt arende)\b`
		],
		nl: [
			String.raw`\b(?:waarmee|hoe) kan ik (?:u|je) (?:helpen|van dienst zijn)\b`,
			String.raw`\bwat is (?:het|uw|je) probleem\b`,
			String.raw`\b(?:beschrijven|uitleggen) wat\b`
		],
		it: [
			String.raw`\b(?:come|in (?:che )?cosa) posso (?:aiutarla|aiutarti|esserle utile)\b`,
			String.raw`\bqual e il (?:suo )?problema\b`,
			String.raw`\b(?:descrivere|spiegare) il (?:suo )?problema\b`
		]
	}
} satisfies Record<string, Record<string, string[]>>;

/** How each of them looks in what the customer wrote; redaction leaves its own mark. */
export const GIVEN: Record<keyof typeof RE_ASKED, string> = {
	number: String.raw`\b[a-z]{0,4}-?\d{5,}\b|#\d{3,}`,
	email: String.raw`[\w.+-]+@[\w-]+\.\w+|\[email\]`,
	// A greeting is no matter: five words at least in one message.
	matter: String.raw`(?:[^ |]+ ){4,}[^ |]+`
};
