/**
 * Phrases by which customers ask for a person, or speak of lawyers, fraud and disputes, in eight languages, as RE2
 * patterns. Pure. They are matched against a text in lower case, without accents, with straight apostrophes and single
 * spaces; `\w{0,n} words` between the parts keep them from matching over a whole text.
 */

/** Up to n words in between. */
const upTo = (n: number) => String.raw`(?:[ ,]+[\w']+){0,${n}}[ ,]+`;
const alone = (words: string) => String.raw`^\W*(?:${words})\W*$`;

const EN_PERSON = String.raw`(?:human(?: being)?|(?:real|live|actual) (?:person|human|agent)|person|agent|representative|rep|advis[eo]r|operator|someone|somebody|manager|supervisor|colleague|staff|team member)`;

export const PERSON_REQUEST: Readonly<Record<string, readonly string[]>> = {
	en: [
		String.raw`\b(?:speak|talk|chat|connect me|connected|transfer me|transferred|put me through|pass me|hand me over|escalate(?: me| this)?)(?:[ ,]+(?:directly|now|please|right now))?[ ,]+(?:to|with|on to|over to)[ ,]+(?:an? |the |your |one of your |some |another )?(?:real |live |actual |human |customer service |customer support |support |senior )*${EN_PERSON}\b`,
		String.raw`\b(?:want|need|would like|'d like|give me|get me|prefer|find me|let me have)[ ,]+(?:to have )?(?:an? |the |some |your )?(?:real person|live person|actual person|human(?: being)?|(?:live|real|human) (?:agent|representative|operator)|representative to|customer service (?:agent|rep\w*)|support agent|human support|human help)\b`,
		String.raw`\b(?:human|agent|representative|operator|person|supervisor),? (?:now|please|pls|plz)\b`,
		String.raw`\b(?:is there|can i (?:have|get)|may i have|could i (?:have|get)|are there)[ ,]+(?:an? |any )?(?:real |live |actual |human )(?:person|people|human|agent|being|support)`,
		String.raw`\b(?:real|actual|live) (?:person|human) (?:please|instead|i can)`,
		String.raw`\b(?:not|stop talking to|instead of|no more) (?:an? |this |the )?(?:bot|robot|machine|chatbot)[ ,.]+(?:i want|give me|get me|but) (?:an? )?(?:human|person|agent)`,
		alone(
			'(?:speak to |talk to )?(?:a |an )?(?:real |live )?(?:human|agent|representative|operator|person|real person|live agent)(?:!+| now| please)?'
		)
	],
	de: [
		String.raw`\bmit${upTo(3)}(?:menschen|mitarbeiter\w*|berater\w*|person|jemandem|kolleg\w+|ansprechpartner\w*|vorgesetzten|support-?mitarbeiter\w*)${upTo(3)}?(?:[ ,]*)(?:sprechen|reden|verbinden|verbunden|chatten|telefonieren|schreiben)`,
		String.raw`\b(?:verbinden sie mich|verbinde mich|leiten sie mich|leite mich|weiterleiten|geben sie mir)${upTo(4)}(?:menschen|mitarbeiter\w*|berater\w*|kolleg\w+|person|vorgesetzten)`,
		String.raw`\b(?:echten?|richtigen?|lebenden?) (?:menschen?|mitarbeiter\w*|person|berater\w*)\b`,
		alone('(?:ein(?:en)? )?(?:mitarbeiter|mensch|menschen|berater)(?: bitte)?')
	],
	fr: [
		String.raw`\b(?:parler|discuter|echanger|passer|transferer|mettre en relation|mis en relation|mise en relation|joindre)(?:[ ,]+(?:directement|s'il vous plait))?[ ,]+(?:a|avec|au|vers)?[ ,]*(?:un|une|quelqu'un|votre|le)?[ ,]*(?:vraie? |autre )?(?:conseill\w+|humain|humaine|personne(?: reelle| humaine)?|agent|operateur|operatrice|responsable|teleconseiller|collegue|quelqu'un|etre humain|superviseur)`,
		String.raw`\b(?:passez|passe|transferez|mettez)[- ]moi${upTo(3)}(?:conseill\w+|humain|personne|agent|operateur|responsable|quelqu'un)`,
		String.raw`\b(?:je veux|je voudrais|j'aimerais|il me faut)${upTo(2)}(?:humain|vraie personne|conseiller|operateur|agent humain)`,
		alone('(?:un |une )?(?:conseiller|humain|agent|vraie personne)(?:,? s.il vous plait| svp)?')
	],
	es: [
		String.raw`\b(?:hablar|comunicarme|comunicar|chatear|pasarme|pasame|paseme|paseme|transfierame|transfiereme|conectame|conecteme|ponme|pongame|atienda)${upTo(2)}?[ ,]*con${upTo(2)}(?:persona|humano|agente|operador\w*|asesor\w*|alguien|representante|responsable|encargado|supervisor\w*)\b`,
		String.raw`\bcon (?:alguien|un humano|una persona|un agente|un asesor|un operador)(?: real)?(?:,)? (?:por favor|ya|ahora)`,
		String.raw`\b(?:quiero|necesito|prefiero|deme|dame) (?:hablar con )?(?:un |una |a un |a una )?(?:humano|persona (?:real|de verdad)|agente (?:humano|real)|operador\w*|asesor humano)\b`,
		alone('(?:un |una )?(?:agente|humano|persona real|operador|asesor)(?:,? por favor)?')
	],
	pt: [
		String.raw`\b(?:falar|conversar|transferir|transfira(?:-me)?|passar|passe(?:-me)?|ligar|encaminhar|encaminhe)${upTo(2)}?[ ,]*(?:com|para|pra|a)${upTo(2)}(?:pessoa|humano|atendente|agente|alguem|operador\w*|responsavel|gerente|funcionari\w+|supervisor\w*)\b`,
		String.raw`\b(?:quero|preciso de|gostaria de|prefiro) (?:um |uma )?(?:humano|pessoa (?:real|de verdade)|atendente(?: humano| real)?|agente humano)\b`,
		alone('(?:um |uma )?(?:atendente|humano|pessoa real)(?:,? por favor)?')
	],
	sv: [
		String.raw`\b(?:prata|tala|chatta|koppla mig|kopplas?|bli kopplad|snacka|komma i kontakt|kontakt)${upTo(2)}?[ ,]*(?:med|till)${upTo(2)}(?:manniska|person|medarbetare|handlaggare|nagon|kundtjanstmedarbetare|radgivare|agent|chef|kollega)\b`,
		String.raw`\b(?:riktig|verklig|levande) (?:manniska|person|handlaggare|agent)\b`,
		alone('(?:en )?(?:manniska|medarbetare|handlaggare|riktig person)(?:,? tack)?')
	],
	nl: [
		String.raw`\b(?:spreken|praten|chatten|doorverbonden|doorverbinden|verbind me(?: door)?|contact)${upTo(2)}?[ ,]*(?:met|naar)${upTo(2)}(?:mens|medewerker|persoon|iemand|collega|agent|leidinggevende)\b`,
		String.raw`\b(?:met|een)${upTo(2)}?[ ,]*(?:mens|medewerker|persoon|iemand)${upTo(2)}?[ ,]*(?:spreken|praten|chatten|doorverbonden)\b`,
		String.raw`\b(?:iemand|medewerker) spreken\b`,
		String.raw`\bechte? (?:mens|persoon|medewerker)\b`,
		alone('(?:een )?(?:medewerker|mens|echt persoon)(?:,? (?:alstublieft|alsjeblieft|aub|graag))?')
	],
	it: [
		String.raw`\b(?:parlare|parlo|chattare|passatemi|passami|mi passi|passarmi|trasferitemi|trasferirmi|mettermi in contatto|collegarmi)${upTo(2)}?[ ,]*(?:con|a|ad)?[ ,]*(?:un |una |un'|qualche )?(?:vera? |altr[oa] )?(?:persona|operatore|operatrice|umano|essere umano|qualcuno|addett[oa]|consulente|responsabile|agente|assistente umano)\b`,
		String.raw`\b(?:voglio|vorrei|mi serve|ho bisogno di) (?:un |una |un')?(?:operatore|operatrice|umano|persona (?:reale|vera)|agente umano)\b`,
		alone("(?:un |un'|una )?(?:operatore|umano|persona vera)(?:,? per favore)?")
	]
};

export const DISPUTE_LANGUAGE: Readonly<Record<string, readonly string[]>> = {
	en: [
		String.raw`\b(?:my|a|an|our) (?:lawyer|attorney|solicitor)s?\b`,
		String.raw`\b(?:legal action|take (?:you|this) to court|small claims|sue you|i(?: will|'ll) sue|going to sue|ombudsman|trading standards|consumer protection)\b`,
		String.raw`\b(?:chargeback|charge ?back|dispute (?:the|this|that|a) (?:charge|payment|transaction)|disputing (?:the|this|a) (?:charge|payment|transaction))\b`,
		String.raw`\b(?:fraud(?:ulent(?:ly)?)?|scam(?:med|ming)?|identity theft|stolen card|unauthori[sz]ed (?:charge|payment|transaction|purchase|access)|someone (?:used|stole) my (?:card|account))\b`
	],
	de: [
		String.raw`\b(?:anwalt|anwaeltin|anwaltin|rechtsanwalt|rechtsanwaltin|verklagen|klage einreichen|rechtliche schritte|verbraucherschutz|verbraucherzentrale|schlichtungsstelle)\b`,
		String.raw`\b(?:betrug|betrogen|betruger|abzocke|ruckbuchung|zuruckbuchen|unberechtigte abbuchung|karte gestohlen)\b`
	],
	fr: [
		String.raw`\b(?:mon avocat|avocate?|porter plainte|action en justice|tribunal|mediateur|ombudsman|dgccrf|mise en demeure)\b`,
		String.raw`\b(?:fraude|frauduleux|frauduleuse|arnaque|escroquerie|contester (?:le|ce|un) (?:paiement|prelevement|debit)|carte volee|non autorisee?)\b`
	],
	es: [
		String.raw`\b(?:mi abogado|abogad[oa]|demandar|demanda judicial|acciones legales|tribunal(?:es)?|defensor del consumidor|oficina del consumidor|hoja de reclamaciones)\b`,
		String.raw`\b(?:fraude|fraudulent[oa]|estafa|estafad[oa]|contracargo|disputar (?:el|este|un) (?:cargo|pago)|cargo no autorizado|tarjeta robada)\b`
	],
	pt: [
		String.raw`\b(?:meu advogado|advogad[oa]|processar voces|acao judicial|medidas legais|tribunal|procon|livro de reclamacoes)\b`,
		String.raw`\b(?:fraude|fraudulent[oa]|golpe|burla|estorno|contestar (?:a|esta|o) (?:cobranca|pagamento|compra)|cartao roubado|nao autorizad[oa])\b`
	],
	sv: [
		String.raw`\b(?:advokat|jurist|stamma er|rattsliga atgarder|polisanmala|polisanmalan|konsumentverket|allmanna reklamationsnamnden|arn)\b`,
		String.raw`\b(?:bedrageri|bedragen|bluff|lurad|bestrida (?:betalningen|kopet|debiteringen)|obehorig|stulet kort)\b`
	],
	nl: [
		String.raw`\b(?:advocaat|juridische stappen|rechtszaak|aanklagen|naar de rechter|geschillencommissie|consumentenbond|ombudsman)\b`,
		String.raw`\b(?:fraude|frauduleus|oplichting|opgelicht|terugboeking|betwist(?:en)?|gestolen (?:kaart|pas)|ongeautoriseerd)\b`
	],
	it: [
		String.raw`\b(?:mio avvocato|avvocato|vie legali|azione legale|denuncia|denunciare|tribunale|codacons|garante)\b`,
		String.raw`\b(?:frode|fraudolent[oa]|truffa|truffat[oa]|contestare (?:il|l'|un) ?(?:addebito|pagamento)|carta rubata|non autorizzat[oa])\b`
	]
};

/** One pattern for all languages: logs don't always say which one a text is in. */
export const patternOf = (phrases: Readonly<Record<string, readonly string[]>>): string =>
	Object.values(phrases).flat().join('|');
