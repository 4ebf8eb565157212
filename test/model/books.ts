/** What an order must be, computed without the product's own code. Minor units. */
type Order = {
  status: 'reserved' | 'open' | 'settled' | 'cancelled' | 'written_off';
  total: number;
  /** The day on which it was placed. */
  placedOn: string;
  /** By payments and credit, less what was reversed and without what paid costs. */
  received: number;
  /** By credit notes and write-offs, as far as it reduced what is owed, without costs. */
  forgiven: number;
  /** The banks' fees for returned payments: what is owed of them, and what was paid. */
  costs: { open: number; paid: number };
  /** By credit notes, including what exceeds the balance. */
  credited: number;
  /** What credit notes turned into credit, out of what was received. */
  made: number;
  fulfilled: number;
  invoiced: number;
  /** A fulfilment or an invoice was asked with what is followed now: it may count already, or wait behind it. */
  meanwhile: 'fulfil' | 'invoice' | null;
};
/** The prefix of the ids of payments that are settlements. */
export const SETTLED = 'settle:';

/** What a payment has paid, by order, and how much of it is held as credit. */
type Payment = {
  id: string;
  amount: number;
  receivedOn: string;
  step: number;
  /** The orders that it ever paid. */
  orders: Set<string>;
  paid: Map<string, number>;
  left: number;
  reversed: boolean;
  /** Its place among all payments that paid something, by when it last did. */
  lastPaid: number;
};

export type Command =
  | { kind: 'settle'; paymentId: string }
  /** `reducedTo`: the total that was left of an order of which a part stays owed. */
  | { kind: 'cancel'; everything?: boolean; reducedTo?: number | null }
  | { kind: 'confirm' | 'extend' | 'chase' | 'chargeInterest' | 'waive' | 'invoice' }
  | { kind: 'reschedule'; instalments: readonly { amount: number }[] }
  | { kind: 'fulfil'; amount: number | null; final: boolean }
  | { kind: 'recordPayment'; paymentId: string; amount: number }
  | { kind: 'credit'; amount: number }
  | {
      kind: 'writeOff';
      amount: number | null /** Without an amount: what was open when it was asked. */;
      upTo?: number;
    }
  | { kind: 'amend'; total: number }
  | { kind: 'allocate'; paymentId: string; amount: number }
  | { kind: 'applyCredit'; amount: number };

/** A reservation has nothing fulfilled. */
const fulfilledOf = ({ status, fulfilled }: Order): number => (status === 'open' ? fulfilled : 0);

/** A simple model of one customer's account: no instalments, no dates, no interest. */
export class Books {
  readonly orders = new Map<string, Order>();
  readonly payments = new Map<string, Payment>();
  unapplied = 0;
  /** By an admin's decision: whether the customer may buy on terms, and whether it is insolvent. */
  standing: 'may-buy' | 'may-not' | 'insolvent' = 'may-buy';
  /** Counts up with time: what comes at the same step is in the order of the ids. */
  step = 0;
  private paidSoFar = 0;

  place(id: string, total: number, confirm: 'now' | 'later', placedOn: string): void {
    const status = confirm === 'now' ? 'open' : 'reserved';
    const none = {
      received: 0,
      forgiven: 0,
      credited: 0,
      made: 0,
      fulfilled: 0,
      invoiced: 0,
      meanwhile: null,
    };
    this.orders.set(id, { status, total, placedOn, costs: { open: 0, paid: 0 }, ...none });
  }

  outstanding(id: string): number {
    const { status, total, received, forgiven, costs } = this.orders.get(id)!;
    return status === 'open' ? total - received - forgiven + costs.open : 0;
  }

  /** The orders that are open: only these can be paid. */
  openOf(ids: readonly string[]): string[] {
    return ids.filter((id) => this.orders.get(id)!.status === 'open');
  }

  get exposure(): number {
    const held = [...this.orders.values()].filter(({ status }) => status === 'reserved');
    const open = [...this.orders.keys()].reduce((sum, id) => sum + this.outstanding(id), 0);
    return open + held.reduce((sum, { total }) => sum + total, 0);
  }

  /** Money that comes from the customer, before any order takes some of it. */
  receive(paymentId: string, amount: number, receivedOn: string): void {
    const none = { paid: new Map(), orders: new Set<string>(), reversed: false, lastPaid: 0 };
    const { step } = this;
    this.payments.set(paymentId, { id: paymentId, amount, receivedOn, step, left: amount, ...none });
    this.unapplied += amount;
  }

  /** Whether a command must be applied (true), must be refused (false), or (null) may be either. */
  judge(id: string, command: Command): boolean | null {
    const order = this.orders.get(id)!;
    const open = order.status === 'open';
    /** Another total is not less than what was forgiven, credited or invoiced. */
    const mayBe = (total: number) =>
      total < Math.max(order.forgiven + order.made, order.invoiced)
        ? false
        : order.meanwhile === 'invoice'
          ? null
          : true;
    switch (command.kind) {
      case 'confirm':
        return order.status === 'reserved' && this.standing === 'may-buy';
      case 'recordPayment':
        return true;
      case 'settle':
      case 'extend':
        return open;
      case 'cancel':
        if (open && !command.everything) {
          if (order.meanwhile !== null) return null;
          if (this.staysOwed(order) > 0) return this.staysOwed(order) < order.total;
        }
        // What credit notes had turned into credit may already be spent: then it cannot be withdrawn.
        return open ? (order.credited === 0 ? true : null) : order.status === 'reserved';
      case 'credit':
        return (open || order.status === 'settled') && order.credited + command.amount <= order.total;
      case 'writeOff':
        return open && (command.amount ?? 0) <= this.outstanding(id);
      case 'amend':
        if (!open && order.status !== 'reserved') return false;
        if (command.total > order.total && this.standing !== 'may-buy') return false;
        return mayBe(command.total);
      case 'reschedule':
        return (
          open && command.instalments.reduce((sum, part) => sum + part.amount, 0) === this.outstanding(id)
        );
      case 'fulfil':
        if (
          !open ||
          order.fulfilled >= order.total ||
          this.partOf(order, command) > order.total - order.fulfilled
        )
          return false;
        return command.final ? mayBe(order.fulfilled + this.partOf(order, command)) : true;
      case 'invoice':
        return order.status !== 'reserved' && order.status !== 'cancelled';
      case 'chase':
      case 'chargeInterest':
        return false;
      case 'waive':
        return (open || order.status === 'settled') && order.costs.open + order.costs.paid > 0;
      case 'allocate':
        return open && this.payments.get(command.paymentId)!.left >= command.amount
          ? this.outstanding(id) > 0
          : false;
      case 'applyCredit':
        return open && command.amount <= this.outstanding(id) && command.amount <= this.unapplied;
    }
  }

  /**
   * What an applied command did; `today` is the day on which money counts that came with it. What is paid, forgiven or
   * released of the costs depends on instalments. The model has none: it takes what is left of them, `costs`.
   */
  apply(id: string, command: Command, { today, costs }: { today: string; costs: number }): void {
    const order = this.orders.get(id)!;
    /** What the command took of the costs. */
    const ofCosts = order.costs.open - costs;
    if (ofCosts < 0) throw new Error(`${command.kind} charged costs: ${JSON.stringify(order)}`);
    switch (command.kind) {
      case 'confirm':
        order.status = 'open';
        break;
      case 'recordPayment':
        this.receive(command.paymentId, command.amount, today);
        // What an insolvent customer's money pays, a person decides.
        this.pay(id, command.paymentId, this.standing === 'insolvent' ? 0 : command.amount);
        break;
      case 'settle':
        {
          const amount = this.outstanding(id);
          this.receive(command.paymentId, amount, today);
          this.pay(id, command.paymentId, amount);
        }
        break;
      case 'cancel':
        if (command.reducedTo != null) {
          const owed = this.staysOwed(order);
          if (order.meanwhile !== null ? command.reducedTo < owed : command.reducedTo !== owed)
            throw new Error(`a cancellation left ${command.reducedTo} of ${JSON.stringify(order)}`);
          this.setTotal(id, command.reducedTo);
          break;
        }
        if (!command.everything && this.staysOwed(order) > 0)
          throw new Error(`a cancellation took what was delivered or invoiced: ${JSON.stringify(order)}`);
        if (order.status === 'open') {
          // What was received becomes credit without a payment, less what credit notes had already turned into credit.
          this.unapplied += order.received + order.costs.paid - order.made;
        }
        order.status = 'cancelled';
        return;
      case 'credit': {
        const reduced = Math.min(command.amount, Math.max(this.outstanding(id) - order.costs.open, 0));
        order.forgiven += reduced;
        order.credited += command.amount;
        // No more than was paid: not what was written off.
        const made = Math.min(command.amount - reduced, order.received - order.made);
        order.made += made;
        this.unapplied += made;
        break;
      }
      case 'writeOff':
        order.forgiven += command.amount ?? Math.min(command.upTo ?? 0, this.outstanding(id));
        if (this.outstanding(id) === 0) order.status = 'written_off';
        order.forgiven -= ofCosts;
        break;
      case 'waive': {
        // What had paid the costs pays the rest of the order; what is left of it becomes credit.
        const rest = order.status === 'open' ? order.total - order.received - order.forgiven : 0;
        const moved = Math.min(order.costs.paid, rest);
        order.received += moved;
        this.unapplied += order.costs.paid - moved;
        order.costs = { open: 0, paid: 0 };
        break;
      }
      case 'amend':
        this.setTotal(id, command.total);
        break;
      case 'fulfil':
        order.fulfilled += this.partOf(order, command);
        if (command.final) this.setTotal(id, order.fulfilled);
        break;
      case 'allocate':
        this.pay(id, command.paymentId, command.amount);
        break;
      case 'applyCredit':
        for (const { paymentId, amount } of this.draw(command.amount)) {
          if (paymentId === null) {
            this.unapplied -= amount;
            order.received += amount;
          } else this.pay(id, paymentId, amount);
        }
        break;
      default:
        break;
    }
    if (order.status === 'open' && this.outstanding(id) === 0) order.status = 'settled';
    if (['recordPayment', 'settle', 'allocate', 'applyCredit'].includes(command.kind)) {
      order.received -= ofCosts;
      order.costs.paid += ofCosts;
    }
    if (['amend', 'fulfil', 'cancel'].includes(command.kind)) {
      // Money that a lower total released has paid costs.
      this.unapplied -= ofCosts;
      order.costs.paid += ofCosts;
    }
    order.costs.open = costs;
  }

  /** A confirmation that came after the customer's terms had ended: the reservation is cancelled, nothing is owed. */
  lapse(id: string): void {
    this.orders.get(id)!.status = 'cancelled';
  }

  /** Money that came back with a fee, which one of the orders bears. */
  chargeFee(id: string, fee: number): void {
    this.orders.get(id)!.costs.open += fee;
  }

  /** What a store's cancellation leaves: what is delivered or invoiced, and no less than what need not be paid. */
  private staysOwed(order: Order): number {
    const kept = Math.max(fulfilledOf(order), order.status === 'reserved' ? 0 : order.invoiced);
    return kept === 0 ? 0 : Math.min(Math.max(kept, order.forgiven + order.made), order.total);
  }

  /** Which payments a lower total has released depends on instalments. The model has none: it takes the shares given. */
  learnShares(id: string, shares: ReadonlyMap<string, number>): void {
    for (const payment of this.payments.values()) {
      const before = payment.paid.get(id) ?? 0;
      const share = shares.get(payment.id) ?? 0;
      payment.paid.set(id, share);
      payment.left += before - share;
    }
  }

  refund(amount: number): void {
    for (const source of this.draw(amount)) {
      if (source.paymentId !== null) this.payments.get(source.paymentId)!.left -= source.amount;
      this.unapplied -= source.amount;
    }
  }

  /**
   * Reverses a payment: what it paid is owed again, and what is held of it is gone. `costs`: what is then owed of the costs
   * of each order, which depends on instalments.
   */
  reverse(paymentId: string, costs: ReadonlyMap<string, number>): void {
    const payment = this.payments.get(paymentId)!;
    this.unapplied -= payment.left;
    const { paid } = payment;
    Object.assign(payment, { paid: new Map(), left: 0, reversed: true });
    const parts = [...paid].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [id, amount] of parts)
      if (this.orders.get(id)!.status === 'cancelled') this.unapplied -= amount;
    for (const [id, amount] of parts) {
      const order = this.orders.get(id)!;
      if (order.status === 'cancelled' || amount === 0) continue;
      const before = order.status;
      const ofCosts = (costs.get(id) ?? 0) - order.costs.open;
      order.costs.open += ofCosts;
      order.costs.paid -= ofCosts;
      order.received -= amount - ofCosts;
      order.status = 'open';
      this.creditAfterAll(id);
      if (this.outstanding(id) === 0) order.status = before;
    }
  }

  /** What a credit note had turned into credit is not owed again, as far as that credit is still there. */
  private creditAfterAll(id: string): void {
    const order = this.orders.get(id)!;
    const left = [...this.payments.values()].reduce((sum, payment) => sum + payment.left, 0);
    const principal = this.outstanding(id) - order.costs.open;
    const back = Math.max(Math.min(order.made, principal, this.unapplied - left), 0);
    order.made -= back;
    order.forgiven += back;
    this.unapplied -= back;
  }

  /** How much of the order is fulfilled: everything that is left, if not given. */
  private partOf(
    { total, fulfilled }: Order,
    { amount, final }: { amount: number | null; final: boolean },
  ): number {
    return amount ?? (final && fulfilled > 0 ? 0 : total - fulfilled);
  }

  private setTotal(id: string, total: number): void {
    const order = this.orders.get(id)!;
    order.total = total;
    const over = order.status === 'open' ? order.received + order.forgiven - total : 0;
    if (over > 0) this.giveBack(id, over);
  }

  private pay(id: string, paymentId: string, amount: number): void {
    const payment = this.payments.get(paymentId)!;
    const paid = Math.min(amount, this.outstanding(id));
    payment.left -= paid;
    payment.lastPaid = ++this.paidSoFar;
    payment.paid.set(id, (payment.paid.get(id) ?? 0) + paid);
    payment.orders.add(id);
    this.orders.get(id)!.received += paid;
    this.unapplied -= paid;
  }

  /** Too much was received for a lower total: the excess becomes credit of its payments again, the newest first. */
  private giveBack(id: string, over: number): void {
    const order = this.orders.get(id)!;
    let left = over;
    const newest = [...this.payments.values()].sort((a, b) => b.lastPaid - a.lastPaid);
    for (const payment of newest) {
      const back = Math.min(left, payment.paid.get(id) ?? 0);
      payment.paid.set(id, (payment.paid.get(id) ?? 0) - back);
      payment.left += back;
      left -= back;
    }
    order.received -= over;
    this.unapplied += over;
  }

  private inTime(): Payment[] {
    const place = ({ receivedOn, step, id }: Payment) =>
      `${receivedOn} ${String(step).padStart(4, '0')} ${id}`;
    return [...this.payments.values()].sort((a, b) => (place(a) < place(b) ? -1 : 1));
  }

  /** Credit as such comes first from what no payment left, then from payments, the oldest first. */
  private draw(amount: number): { paymentId: string | null; amount: number }[] {
    const held = this.inTime().map(({ id, left }) => ({ paymentId: id, amount: left }));
    const ofPayments = held.reduce((sum, source) => sum + source.amount, 0);
    let left = amount;
    return [{ paymentId: null, amount: this.unapplied - ofPayments }, ...held].flatMap((source) => {
      const taken = Math.min(left, Math.max(source.amount, 0));
      left -= taken;
      return taken > 0 ? [{ ...source, amount: taken }] : [];
    });
  }
}
