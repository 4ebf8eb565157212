/** What a column of a bank's table may hold. */
export const meanings = [
  'valueOn',
  'bookedOn',
  'amount',
  'credit',
  'debit',
  'direction',
  'currency',
  'status',
  'reference',
  'payer',
  'payerIban',
  'bankReference',
  'fee',
  'account',
  /** Known, and not read: balances, net amounts, the payee, codes. */
  'other',
] as const;
export type Meaning = (typeof meanings)[number];

/**
 * The usual names of columns in Italian, German, French, Dutch, Spanish and English, without accents, case and
 * punctuation, separated by bars. A name may end with a currency, such as "Betrag EUR".
 */
const NAMES: Readonly<Record<Meaning, string>> = {
  valueOn:
    'data valuta|valuta|data val|valuta data|valutadatum|wertstellung|wertstellungstag|wert' +
    '|valuta datum|wertstellungsdatum|date valeur|date de valeur|valeur|rentedatum|fecha valor' +
    '|f valor|valor|value date|interest date|date value|fecha de valor|data valore|data di valuta' +
    '|wertdatum|rentedag|valutadag|date de la valeur|dateval|fecha val|wertstellung valuta|f val' +
    '|value|valuta date|rentedatum valutadatum|datum valuta',
  bookedOn:
    'data|data contabile|data operazione|data movimento|data registrazione|data contabilizzazione' +
    '|data op|data cont|contabile|data di registrazione|data transazione|data di contabilizzazione' +
    '|buchungstag|buchungsdatum|buchung|datum|bezahlt am|abschlussdatum|transaktionsdatum|date' +
    '|date operation|date de l operation|date d operation|date comptable|date de comptabilisation' +
    '|date comptabilisation|dateop|date op|date de l ecriture|date de transaction|boekdatum' +
    '|transactiedatum|boekingsdatum|verwerkingsdatum|uitvoeringsdatum|fecha|fecha operacion' +
    '|fecha de operacion|fecha contable|f operacion|f contable|f oper|fecha movimiento' +
    '|fecha de la operacion|fecha de contabilizacion|fecha ctble|booking date|posting date' +
    '|transaction date|operation date|entry date|book date|date completed|date completed utc' +
    '|completed date|created|created utc|settlement date|finished on|data completamento' +
    '|data di completamento|date de fin|fecha de finalizacion|settled date|booked at|booked on' +
    '|date settled|processed date|finish date|datum voltooid|settlement date utc|data operazioni' +
    '|operation date utc|date de reglement|transactiondate|bookingdate|operaz|data oper' +
    '|data dell operazione|belegdatum|umsatztag|datum des abschlusses|f operativa|datum verrichting' +
    '|effective at|data e ora|date time',
  amount:
    'importo|importo movimento|importo operazione|importo in euro|ammontare|somma|lordo|betrag|umsatz' +
    '|buchungsbetrag|umsatz in|betrag in|brutto|betrag in eur|umsatzbetrag|montant|montant operation' +
    '|montant de l operation|brut|montant en euros|montant net|bedrag|transactiebedrag|bedrag in' +
    '|mutatie|importe|importe operacion|cantidad|monto|bruto|importe en euros|amount' +
    '|transaction amount|gross|gross amount|total amount|amount in|settlement amount' +
    '|importe movimiento|total|importo lordo|gesamtbetrag|brutto betrag|importo contabile' +
    '|local amount|importe eur|importo totale iva incl|transaktionsbetrag|montant operation en euro' +
    '|montant euros|montant total ttc|avant commission|bedrag bij af|total amount incl vat' +
    '|credit debit amount|target amount after fees|betrag eur|montant eur|ammontare eur|somma eur' +
    '|importo della transazione|amount euro|transaction amount eur',
  credit:
    'avere|accrediti|accredito|entrate|entrata|importo avere|importo accredito|a credito|haben' +
    '|gutschrift|eingang|eingange|habenumsatz|gutschriften|gutschrift in|credit|montant credit' +
    '|credit euros|recette|recettes|bij|bijschrijving|ontvangen|abono|abonos|haber|ingreso|ingresos' +
    '|importe abono|credit amount|paid in|money in|deposit|deposits|received|in|credits' +
    '|movimenti avere|importo a credito|gutschriftsbetrag|abono eur|ingreso +|credito|crediti' +
    '|entrate eur|avere eur|dare avere accrediti|credit amount eur',
  debit:
    'dare|addebiti|addebito|uscite|uscita|importo dare|importo addebito|a debito|soll|lastschrift' +
    '|ausgang|ausgange|sollumsatz|belastung|belastungen|lastschrift in|debit|montant debit' +
    '|debit euros|depense|depenses|af|afschrijving|uitgegeven|cargo|cargos|debe|gasto|gastos' +
    '|importe cargo|debit amount|paid out|money out|withdrawal|withdrawals|spent|out|debits' +
    '|movimenti dare|importo a debito|belastungsbetrag|gasto -|debet|debito|debiti|withdrawal amount' +
    '|spese e uscite',
  direction:
    'segno|dare avere|d a|da|tipo movimento|soll haben|s h|soll haben kennzeichen|sh kennzeichen|kz' +
    '|s h kennzeichen|sens|sens operation|debit credit|debit credit mark|af bij|af of bij|bij af' +
    '|debet credit|d c|c d|dc|cd|credit debit|credit debit indicator|cargo abono|d h|debe haber|signo' +
    '|sign|direction|richtung|transaction direction|cdtdbtind|richting|vorzeichen|creditdebet' +
    '|balance impact|auswirkung auf guthaben|belastung gutschrift|addebito accredito|dr cr' +
    '|debet credit indicator|bij of af|impatto sul saldo|incidence sur le solde',
  currency:
    'divisa|valuta importo|codice divisa|div|wahrung|wahrungskennzeichen|buchungswahrung|devise|munt' +
    '|muntsoort|valuta code|valutacode|moneda|currency|transaction currency|currency code|ccy|wkz' +
    '|waehrung|auszahlungswahrung|zahlungswahrung|currency id|moneda importe|whg|whrg|devies|monnaie' +
    '|valuta rekening|codigo divisa|target currency|moneta|divisa cuenta',
  status:
    'stato|stato movimento|stato operazione|status|umsatzstatus|statut|etat|estado|state|situazione' +
    '|info|buchungsstatus|transaction status|payment status|situacion|contabilizzazione' +
    '|vormerkbuchung|reporting status|zustand|toestand',
  reference:
    'causale|descrizione|descrizione operazione|descrizione estesa|descrizione completa|dettagli' +
    '|dettaglio|causale movimento|descrizione movimento|motivo|operazione|descrizione causale|note' +
    '|informazioni aggiuntive|descrizione aggiuntiva|causale descrizione|testo|riferimento' +
    '|verwendungszweck|vorgang verwendungszweck|beschreibung|buchungstext|zahlungsreferenz|vwz' +
    '|umsatztext|text|buchungsinformation|zahlungsgrund|mitteilung|avisierungstext|kundenreferenz' +
    '|kundenreferenz end to end|betreff|hinweis|buchungsdetails|referenz|rechnungsnummer|libelle' +
    '|libelle operation|libelle simplifie|libelle complet|detail|motif|informations complementaires' +
    '|libelle interbancaire|nature de l operation|detail de l ecriture|reference client|objet' +
    '|omschrijving|mededelingen|mededeling|vrije mededeling|gestructureerde mededeling' +
    '|betalingskenmerk|kenmerk|omschrijving 1|omschrijving 2|omschrijving 3|extra omschrijving' +
    '|communicatie|concepto|descripcion|observaciones|referencia 1|referencia 2|concepto ampliado' +
    '|mas datos|informacion adicional|referencia|comentarios|movimiento|concepto comun|description' +
    '|details|payment reference|reference|narrative|memo|transaction description' +
    '|remittance information|remittance information unstructured|message|payment details|notes' +
    '|subject|invoice number|additional information|end to end id|end to end reference' +
    '|payment description|structured message|communication|free message|numero fattura' +
    '|numero de factura|comunicazione|structured reference|creditor reference|oggetto|betreffzeile' +
    '|item title|article|numero de facture|descrizione operazioni|osservazioni|beschreibung1' +
    '|testo di avviso|buchungs details|zahlungszweck|libelles|details du mouvement|communications' +
    '|texte de notification|label|comment|concepto propio|concepto complementario|notification text' +
    '|notifications|invoice id|invoice|n fattura pro forma|identifiant de facture' +
    '|descrizione e causale|causale descrizione operazione|causale e descrizione' +
    '|transaktionsbeschreibung|payment reference number|name description',
  payer:
    'ordinante|controparte|nome controparte|beneficiario ordinante|ordinante beneficiario|nome' +
    '|mittente|debitore|nominativo|cliente|anagrafica|nome ordinante|controparte nome|auftraggeber' +
    '|auftraggeber beguenstigter|auftraggeber begunstigter|auftraggeber empfanger' +
    '|beguenstigter zahlungspflichtiger|begunstigter zahlungspflichtiger|name zahlungsbeteiligter' +
    '|begunstigter auftraggeber|beguenstigter auftraggeber|zahlungspflichtiger|zahlungspflichtige r' +
    '|empfanger zahlungspflichtiger|zahlungspflichtige|zahler|name|auftraggeber name' +
    '|name auftraggeber|partnername|partner name|zahlungsbeteiligter|absender|nom|tiers|contrepartie' +
    '|donneur d ordre|emetteur|nom de la contrepartie|nom du donneur d ordre|nom contrepartie' +
    '|nom contrepartie contient|payeur|expediteur|naam|naam omschrijving|naam tegenpartij|tegenpartij' +
    '|naam tegenrekening|naam van de tegenpartij|naam opdrachtgever|tegenrekeninghouder' +
    '|naam tegenpartij bevat|opdrachtgever|betaler|ordenante|remitente|beneficiario u ordenante' +
    '|ordenante beneficiario|nombre|contraparte|pagador|payer|payer name|counterparty' +
    '|counterparty name|debtor|debtor name|sender|sender name|from|source name|remitter' +
    '|counterparty s name|customer|customer name|paid by|payee payer|payer payee|other party' +
    '|from name|name of the counterparty|absender name|sender company|ordering party' +
    '|auftraggeber einzahler|beguenstigter einzahler|nombre ordenante|third party' +
    '|customer description|empfanger 1|sender empfanger|empfanger sender|auftraggebername' +
    '|consumer name|payer sender|van naar naam|beneficiario y ordenante|sender recipient|nom prenom' +
    '|ragione sociale controparte|ragione sociale ordinante|auftraggeber zahlungspflichtiger',
  payerIban:
    'iban controparte|iban ordinante|iban|conto controparte|kontonummer iban|iban zahlungsbeteiligter' +
    '|iban des auftraggebers|gegenkonto|kontonummer|iban auftraggeber|gegen iban|partner iban' +
    '|auftraggeberkonto iban|iban contrepartie|compte contrepartie|compte de la contrepartie' +
    '|tegenrekening|rekening tegenpartij|tegenrekening iban bban|tegenrekening iban' +
    '|rekeningnummer tegenpartij|iban tegenpartij|tegenrekeningnummer|iban ordenante|cuenta ordenante' +
    '|cuenta contraparte|iban contraparte|counterparty iban|counterparty account|debtor iban' +
    '|payer iban|sender iban|sender account|account number|counterparty account number' +
    '|partner account|partner account iban|iban des zahlungsbeteiligten|counter account' +
    '|iban bban tegenpartij|konto nr|iban konto nr|iban kontonummer|auftraggeber iban kto nr' +
    '|iban de la contrepartie|van naar|payee account number|consumer bank account|conto bancario' +
    '|counterparty bank account|numero de cuenta ordenante|iban partner|iban mittente',
  bankReference:
    'cro|trn|id operazione|numero operazione|riferimento banca|identificativo|codice identificativo' +
    '|cro trn|id transazione|bankreferenz|referenznummer|transaktionsnummer|transaktions id' +
    '|transaktionscode|buchungsreferenz|umsatz id|belegnummer|archivierungs id|transaktion id' +
    '|transaktions referenz|reference bancaire|numero d operation|id de transaction' +
    '|reference de l operation|numero de l operation|numero de transaction|volgnr|volgnummer' +
    '|transactiereferentie|transactie id|journaalnummer|instructie id|transactienummer|betalings id' +
    '|numero de operacion|referencia banco|id de transaccion|id transaccion|num operacion' +
    '|numero de movimiento|identificador|transaction id|transactionid|bank reference|id' +
    '|transferwise id|transaction reference|balance transaction id|entry reference|transaction code' +
    '|account servicer reference|source id|payment id|wise id|fit id|fitid|codice transazione' +
    '|code de transaction|codigo de transaccion|transactiecode|transaktions nr|zkb referenz' +
    '|identifiant de transaction|n de transaction|referentie|transaction no|n di transazione|chiave' +
    '|numero de mouvement|transaktionsreferenz|bank ref|refs',
  fee:
    'commissione|commissioni|spese|tariffa|entgelt|gebuhr|gebuhren|auslagenersatz ruecklastschrift' +
    '|auslagenersatz rucklastschrift|frais|commission|kosten|comision|comisiones|tarifa|fee|fees' +
    '|total fees|fee amount|costo|fremde gebuhren|transaktionsgebuhr',
  account:
    'conto|numero conto|iban conto|rapporto|conto corrente|auftragskonto|iban auftragskonto' +
    '|iban kontoinhaber|konto|eigene iban|compte|numero de compte|numero compte|rekening' +
    '|rekeningnummer|iban bban|cuenta|numero de cuenta|account|account iban|own account' +
    '|eigen rekening|eigen rekeningnummer|own iban|bank account|iban van de rekening|iban rekening' +
    '|own account iban|iban auftraggeberkonto|auftraggeberkonto|je rekening|iban du compte' +
    '|conto o carta|accountnum|bezeichnung auftragskonto|iban eigenes konto|account number own' +
    '|numero de compte iban|mijn rekening|numero conto iban',
  other:
    'saldo|saldo contabile|saldo disponibile|saldo progressivo|saldo dopo mutatie|saldo nach buchung' +
    '|saldo na mutatie|saldo na trn|kontostand|saldo voor boeking|saldo voor mutatie' +
    '|saldo rekening voor mutatie|begin saldo|eind saldo|beginsaldo|eindsaldo|resulting balance' +
    '|nuovo saldo|solde|solde apres operation|saldo despues|balance|running balance|balance after' +
    '|account balance|netto|net|netto betrag|neto|nettobetrag|importo netto|net amount|beneficiario' +
    '|begunstigter|beguenstigter|empfanger|zahlungsempfanger|zahlungsempfanger in|beneficiaire' +
    '|destinataire|begunstigde|destinatario|beneficiary|payee|recipient|target name|to|receiver' +
    '|receiver name|name zahlungsempfanger|payee name|categoria|kategorie|categorie|category' +
    '|codice causale|causale abi|abi|cab|bic|swift|glaubiger id|mandatsreferenz|blz|bankleitzahl|ora' +
    '|uhrzeit|zeit|heure|tijd|hora|time|zona oraria|zeitzone|time zone|timezone|fuso orario' +
    '|huso horario|fuseau horaire|filiale|sportello|oficina|wechselkurs|exchange rate|cambio' +
    '|taux de change|koers|tipo de cambio|ursprungsbetrag|lastschrift ursprungsbetrag|original amount' +
    '|orig amount|oorspr bedrag|oorspr munt|original currency|orig currency|source fee amount' +
    '|source fee currency|target fee amount|target fee currency|fee currency|payment currency|rate' +
    '|quantity|available|tax|vat amount|exchange to|exchange from|bank code|primanota' +
    '|categorie operation|sous categorie|reden retour|code|mutatiesoort' +
    '|glaubiger identifikationsnummer|bankleitzahl kontofuhrendes institut|kontoinhaber|glaubiger' +
    '|begindatum|started date|data di inizio|date started utc|date de debut|fecha de inicio|type|tipo' +
    '|typ|art|product|prodotto|numero|available on|available on utc|customer id|umsatztyp|umsatzart' +
    '|transaction type|payment type|transactiesoort|tipologia|datum des beginns|startdatum' +
    '|data inizio|target fee|source amount after fees|source currency|sammlerreferenz' +
    '|auftraggeber zahlungsempfanger|created on|amount foreign currency|type foreign currency' +
    '|betrag fremdwahrung|fremdwahrung|montant devise etrangere|einzelbetrag|betrag detail' +
    '|sous montant|originalbetrag|originalwahrung|amount refunded|customer facing amount' +
    '|customer facing currency|settlement currency|saldo dopo|guthaben|disponibile|disponible' +
    '|valuta saldo|accountbalance|saldo movimento|montant de la tva|montant total de la tva' +
    '|montant ht|anzahl der auftrage|related transaction id|reference txn id|abweichender empfanger' +
    '|abweichender auftraggeber|date started|categoria sottocategoria|saldo chf|payout status' +
    '|destination platform fee|endsaldo|startsaldo|importo originale|valuta originale|afschriftnummer' +
    '|codigo|abschlusszeit',
};

const normalised = (name: string): string =>
  name
    .replace(/ß/g, 'ss')
    .replace(/['’`´]/g, ' ')
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();

const known = new Map<string, Meaning>(
  meanings.flatMap((meaning) => NAMES[meaning].split('|').map((name): [string, Meaning] => [name, meaning])),
);
/** What may be added to a name without changing its meaning: a currency, a number, "in", "*". */
const ADDED = /(?: (?:in|en|eur|euro|euros|usd|gbp|chf|utc|local)| ?\d{1,2})+$/;

/** What a column holds by its name; null if it is not a usual one. "Descrizione 2" and "Betrag (EUR)" are usual ones. */
export function meaningOf(name: string): Meaning | null {
  const plain = normalised(name.slice(0, 100));
  return known.get(plain) ?? known.get(plain.replace(ADDED, '')) ?? null;
}

/** The currency in a name such as "Betrag (EUR)"; null if there is none. */
export function currencyInName(name: string): string | null {
  return (
    /(?:^|[^A-Za-z])(EUR|USD|GBP|CHF)(?:$|[^A-Za-z])/.exec(name)?.[1] ?? (name.includes('€') ? 'EUR' : null)
  );
}
