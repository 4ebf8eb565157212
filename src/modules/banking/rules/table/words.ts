/** Whether money came in or went out; `none`: the line is a note, and no money moved. */
export type Direction = 'credit' | 'debit' | 'none';
/** `pending`: the bank has not booked it yet. `reverted`: it failed, or was undone before it was booked. */
export type LineStatus = 'booked' | 'pending' | 'reverted';

/** A text without accents, case, and signs that are no letters, as it is compared: "✅ Approvato", "D.", "Soll (S)". */
const plain = (cell: string): string =>
  cell
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[\u2212\u2013]/g, '-')
    .toLowerCase()
    .replace(/[^a-z+-]+/g, ' ')
    .trim();

const table = <Value>(words: readonly (readonly [Value, string])[]): ReadonlyMap<string, Value> =>
  new Map(words.flatMap(([value, list]) => list.split('|').map((word): [string, Value] => [word, value])));

const directions = table<Direction>([
  [
    'credit',
    '+|c|h|a|cr|crdt|cred|credit|credito|avere|accredito|accrediti|entrata|entrate|haben|gutschrift|eingang',
  ],
  [
    'credit',
    'zahlungseingang|bij|bijschrijving|abono|haber|ingreso|in|incoming|received|kredit|recette|positivo|positiv',
  ],
  [
    'credit',
    'positive|ricevuto|ricevuta|erhalten|recu|ontvangen|recibido|eingehend|encaissement|incasso|versamento',
  ],
  // Marks of MT940: the reversal of a debit is a credit, and the other way round.
  ['credit', 'rd|rs|rdr'],
  ['debit', 'rc|rh|rcr'],
  [
    'debit',
    '-|d|s|dr|db|dbit|deb|debit|debito|dare|addebito|addebiti|uscita|uscite|soll|lastschrift|ausgang',
  ],
  [
    'debit',
    'zahlungsausgang|belastung|af|afschrijving|cargo|debe|gasto|out|outgoing|sent|debet|depense|negativo|negativ',
  ],
  [
    'debit',
    'negative|inviato|inviata|gesendet|envoye|verzonden|enviado|ausgehend|decaissement|prelievo|pagato|spesa',
  ],
  ['none', 'memo|neutral'],
]);

const statuses = table<LineStatus>([
  [
    'booked',
    'booked|book|posted|completed|complete|settled|cleared|paid|succeeded|success|executed|available|processed|done|paidout|paid out|successful|approved|accepted|validated',
  ],
  [
    'booked',
    'contabilizzato|contabilizzata|contabile|eseguito|eseguita|completato|completata|regolato|approvato|accettato|accreditato|registrato|registrata|confermato',
  ],
  ['booked', 'gebucht|umsatz gebucht|abgeschlossen|ausgefuhrt|verbucht|bezahlt|erledigt|erfolgreich'],
  [
    'booked',
    'comptabilise|comptabilisee|execute|executee|termine|terminee|effectue|effectuee|valide|regle|reglee|complete',
  ],
  [
    'booked',
    'geaccepteerd|verwerkt|geboekt|uitgevoerd|voltooid|contabilizado|contabilizada|ejecutado|ejecutada|completado|completada|realizado|liquidado',
  ],
  [
    'pending',
    'pending|pdng|info|in progress|processing|authorised|authorized|uncleared|on hold|held|scheduled|waiting|unposted|not booked',
  ],
  [
    'pending',
    'in attesa|in corso|da contabilizzare|non contabilizzato|non contabilizzata|in lavorazione|prenotato|prenotata|autorizzato|autorizzata|provvisorio|in sospeso|sospeso|non ancora contabilizzato|da confermare',
  ],
  [
    'pending',
    'vorgemerkt|umsatz vorgemerkt|vorgemerkter umsatz|offen|ausstehend|in bearbeitung|reserviert|nicht gebucht',
  ],
  [
    'pending',
    'en attente|en cours|a venir|non comptabilise|en traitement|in behandeling|gereserveerd|lopend|openstaand',
  ],
  [
    'pending',
    'in elaborazione|elaborazione|in verifica|in revisione|trattenuto|gehalten|einbehalten|retenu|held|on hold',
  ],
  ['pending', 'pendiente|en curso|retenido|en proceso|autorizada|no contabilizado|unclaimed|nicht abgeholt'],
  [
    'reverted',
    'reverted|failed|declined|rejected|cancelled|canceled|reversed|returned|voided|expired|refused|denied|blocked|refunded|removed',
  ],
  [
    'reverted',
    'rimborsato|rimborsata|erstattet|ruckerstattet|rembourse|remboursee|reembolsado|terugbetaald|annullato|annullata|rifiutato|rifiutata|respinto|respinta|stornato|stornata|fallito|fallita|non riuscito|non riuscita|scaduto',
  ],
  [
    'reverted',
    'storniert|abgelehnt|fehlgeschlagen|zuruckgewiesen|zuruckgegeben|ruckgangig gemacht|abgebrochen',
  ],
  [
    'reverted',
    'annule|annulee|refuse|refusee|rejete|rejetee|echoue|echouee|geweigerd|geannuleerd|mislukt|teruggeboekt|geweigerde',
  ],
  [
    'reverted',
    'rechazado|rechazada|anulado|anulada|cancelado|cancelada|devuelto|devuelta|fallido|fallida|denegado',
  ],
]);

/** What the words of a text say, if all that are known agree, and others do not outnumber them: "Pagamento ricevuto". */
function agreed<Value>(text: string, known: ReadonlyMap<string, Value>): Value | null {
  const words = text.split(' ');
  const found = words.flatMap((word) => known.get(word) ?? []);
  return words.length <= 4 && found.length * 2 >= words.length && new Set(found).size === 1
    ? found[0]!
    : null;
}

/** Credit or debit, as a bank's column says it: S/H, D/C, Dare/Avere, Af/Bij, −/+; null if it is neither. */
export function directionOf(cell: string): Direction | null {
  const said = plain(cell.slice(0, 60));
  return directions.get(said) ?? agreed(said, directions);
}

const NOT_YET = /(?:^| )(?:non|not|nicht|noch|nog|niet|no|pas|ancora|yet|da)(?: |$)/;

/** The state of a line, as a bank's column says it; null if it is not a known one. */
export function statusOf(cell: string): LineStatus | null {
  const said = plain(cell.slice(0, 60));
  const whole = statuses.get(said);
  if (whole) return whole;
  if (NOT_YET.test(said) && said.split(' ').some((word) => statuses.get(word) === 'booked')) return 'pending';
  return agreed(said, statuses);
}

/** Words for money that comes back: a returned direct debit or RiBa, an unpaid cheque, a chargeback. */
const RETURNED = new RegExp(
  [
    'insolut[oaie]|impagat[oaie]|non pagat[oaie]|mancato (?:pagamento|incasso)|restituzione|disconosciut[oaie]|rimborso (?:sdd|addebit)|storn[oi]|stornat[oaie]|richiam[oi]|richiamat[oaie]|respint[oaie]|reso bonifico|bonifico reso|reso\b|protest[oi]|protestat[oaie]|ritorno effett[oi]|ritornat[oaie]|mancato pagamento|non andat[oaie] a buon fine',
    'rucklastschrift|ruecklastschrift|retoure|ruckgabe|rueckgabe|ruckbuchung|rueckbuchung|rucklaufer|ruecklauf|rucklauf|rueckruf|stornierung|nicht eingelost',
    'impaye|rejet|retour (?:prlv|prelevement|impaye)|prelevement (?:impaye|rejete)|cheque impaye|contre ?passation|annulation',
    'storne|terugboeking|gestorneerd|weigering|retour',
    'devolucion|devuelt[oa]|impagad[oa]|retrocesion|rechazad[oa]',
    'return(?:ed)?|reversal|reversed|chargeback|charge back|unpaid|dishonou?red|bounced|r-?trans?actie|r-?transaction|rejected',
  ].join('|'),
);
/** Whether a text says that money comes back. */
export const saysReturned = (text: string): boolean => RETURNED.test(plain(text.slice(0, 2_000)));

/** What may follow the words of a balance or a sum: a day, an amount, a currency. */
const REST =
  '(?: (?:al|alla|data|del|am|vom|zum|per|au|du|to|on|of|op|as|a|in|fecha|valuta|eur|euro|usd|chf|gbp|e|c c|conto))*';
/** A row that is a balance, or the sum of others, and nothing else: "Saldo iniziale", "Endsaldo am 30.11.", "Totale". */
const BALANCE = new RegExp(
  `^(?:${[
    '(?:saldo|saldi|balance|solde|kontostand|bilanz)(?: (?:iniziale|finale|contabile|disponibile|precedente|liquido|attuale|di chiusura|di apertura|inicial|final|anterior|actual|disponible|precedent|initial|forward|brought forward|carried forward|comptable))+',
    '(?:nuovo|vecchio|ultimo|nouveau|ancien|dernier|alter|neuer|letzter|aktueller|nuevo|laatste|vorig|nieuw) (?:saldo|solde|kontostand)',
    '(?:anfangs|end|schluss|begin|eind|zwischen|ubertrags)(?:saldo|kontostand|bestand)',
    '(?:opening|closing|starting|ending|previous|available|current) balance|saldovortrag|ubertrag|riporto|report a nouveau',
    '(?:saldo|solde|kontostand|balance) (?:al|alla|am|vom|per|au|op|on|as of|a fecha)',
    'total[ei]?(?: (?:dare|avere|entrate|uscite|movimenti|generale|accrediti|addebiti|spalte|general|debit|credit))*',
    'total(?:es|s|aux|en)?|totaal|summe|gesamt(?:summe|umsatz|betrag)?',
  ].join('|')})${REST}$`,
);
/** Whether a text is that of a balance or a sum, and no payment: "Saldo fattura 12" is one. */
export const saysBalance = (text: string): boolean => text.length <= 80 && BALANCE.test(plain(text));

/** Words above lines that the bank has not booked yet. */
const UNBOOKED =
  /non contabilizzat|da contabilizzare|in attesa|autorizzat|prenotat|vorgemerkt|nicht gebucht|pending|en attente|a venir|non comptabilis|pendientes?\b|no contabilizad|nog niet|in behandeling/;
const BOOKED = /contabilizzat|gebucht|booked|posted|comptabilis|contabilizad|geboekt/;
/**
 * What a row is the title of: lines that are booked, or not: "Operazioni non contabilizzate". Null for a row that is no
 * title of such lines.
 */
export function titleOf(texts: readonly string[]): 'booked' | 'pending' | null {
  const said = plain(texts.join(' ').slice(0, 200));
  if (said === '' || said.length > 80) return null;
  if (UNBOOKED.test(said)) return 'pending';
  return BOOKED.test(said) ? 'booked' : null;
}
