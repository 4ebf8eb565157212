-- The merchant's policy of late interest is a versioned document as well.
alter table policies drop constraint policies_kind_check;
alter table policies add constraint policies_kind_check
  check (kind in ('eligibility', 'terms', 'dunning', 'settings', 'late-interest'));
