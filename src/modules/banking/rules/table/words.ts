/** Whether money came in or went out; `none`: the line is a note, and no money moved. */
export type Direction = 'credit' | 'debit' | 'none';
/** `pending`: the bank has not booked it yet. `reverted`: it failed, or was undone before it was booked. */
export type LineStatus = 'booked' | 'pending' | 'reverted';

const plain = (cell: string): string =>
  cell
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();

const table = <Value>(words: readonly (readonly [Value, string])[]): ReadonlyMap<string, Value> =>
  new Map(words.flatMap(([value, list]) => list.split('|').map((word): [string, Value] => [word, value])));

const directions = table<Direction>([
  [
    'credit',
    '+|c|h|a|cr|crdt|cred|credit|credito|avere|accredito|entrata|entrate|haben|gutschrift|eingang|zahlungseingang',
  ],
  [
    'credit',
    'bij|bijschrijving|abono|haber|ingreso|in|incoming|received|credit entry|credito (+)|kredit|recette',
  ],
  [
    'debit',
    '-|−|d|s|dr|db|dbit|deb|debit|debito|dare|addebito|uscita|uscite|soll|lastschrift|ausgang|zahlungsausgang|belastung',
  ],
  ['none', 'memo|neutral'],
  ['debit', 'af|afschrijving|cargo|debe|gasto|out|outgoing|sent|debit entry|debito (-)|debet|depense'],
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
  ['pending', 'pendiente|en curso|retenido|en proceso|autorizada|no contabilizado|unclaimed|nicht abgeholt'],
  [
    'reverted',
    'reverted|failed|declined|rejected|cancelled|canceled|reversed|returned|voided|expired|refused|denied|blocked|refunded|removed',
  ],
  [
    'reverted',
    'annullato|annullata|rifiutato|rifiutata|respinto|respinta|stornato|stornata|fallito|fallita|non riuscito|non riuscita|scaduto',
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

/** Credit or debit, as a bank's column says it: S/H, D/C, Dare/Avere, Af/Bij, −/+; null if it is neither. */
export const directionOf = (cell: string): Direction | null => directions.get(plain(cell)) ?? null;

/** The state of a line, as a bank's column says it; null if it is not a known one. */
export const statusOf = (cell: string): LineStatus | null => statuses.get(plain(cell)) ?? null;

/** Words for money that comes back: a returned direct debit or RiBa, an unpaid cheque, a chargeback. */
const RETURNED = new RegExp(
  [
    'insolut[oaie]|impagat[oaie]|storn[oi]|stornat[oaie]|richiam[oi]|richiamat[oaie]|respint[oaie]|reso bonifico|bonifico reso|protest[oi]|protestat[oaie]|ritorno effett[oi]|ritornat[oaie]|mancato pagamento|non andat[oaie] a buon fine',
    'rucklastschrift|ruecklastschrift|retoure|ruckgabe|rueckgabe|ruckbuchung|rueckbuchung|rucklaufer|rueckruf|stornierung|nicht eingelost',
    'impaye|rejet|retour (?:prlv|prelevement|impaye)|prelevement (?:impaye|rejete)|cheque impaye|contre ?passation|annulation',
    'storne|terugboeking|gestorneerd|weigering|retour',
    'devolucion|devuelt[oa]|impagad[oa]|retrocesion|rechazad[oa]',
    'return(?:ed)?|reversal|reversed|chargeback|charge back|unpaid|dishonou?red|bounced|r-?transaction|rejected',
  ].join('|'),
);
/** Whether a text says that money comes back. */
export const saysReturned = (text: string): boolean => RETURNED.test(plain(text.slice(0, 2_000)));

/** A line that is the balance before or after all others: "Saldo iniziale", "Endsaldo", "Opening balance". */
const BALANCE =
  /^(?:(?:saldo|balance|solde|kontostand|saldi) (?:iniziale|finale|contabile|disponibile|precedente|liquido|inicial|final|anterior|precedent|initial|forward|brought forward|carried forward)|(?:anfangs|end|schluss|begin|eind|zwischen)(?:saldo|kontostand)|(?:alter|neuer|letzter|aktueller) (?:saldo|kontostand)|(?:opening|closing|starting|ending|previous) balance|(?:nouveau|ancien) solde|saldovortrag)\b/;
/** Whether a text is that of a balance, and no payment: "Saldo fattura 12" is one. */
export const saysBalance = (text: string): boolean => text.length <= 80 && BALANCE.test(plain(text));

/** A title above lines that the bank has not booked yet. */
const UNBOOKED =
  /non contabilizzat|vorgemerkt|noch nicht gebucht|pending transactions|en attente de comptabilisation|pendientes de contabilizar|nog niet geboekt/;
/** Whether a row is the title of lines that are not booked: a single text such as "Operazioni non contabilizzate". */
export function titlesUnbooked(cells: readonly string[]): boolean {
  const [text = '', ...more] = cells.filter((cell) => cell.trim() !== '');
  return more.length === 0 && text.length <= 60 && UNBOOKED.test(plain(text));
}
