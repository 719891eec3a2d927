//! What operators and admins do: retry, issue and withdraw recoveries, suppress and forget people.

use super::super::books::{Content, Issued, Known};
use super::super::limits::Taken;
use super::posts::hash;
use super::{Game, Outcome, same};
use crate::helpers::after;
use crate::recoveries::{line, recovery};
use postrider::domain::{MessageId, Reason, Status};
use postrider::store::{Forgotten, Issued as StoreIssued, RetryVerdict, Withdrawn};

/// The type that admins mail: of [`super::super::limits::TYPES`] the one that nothing holds back.
const ADMINS: usize = 2;

impl Game {
    pub(super) async fn retry(&mut self, number: usize) -> Outcome {
        let count = self.books.messages.len();
        if count == 0 {
            return Ok(());
        }
        let id = self.books.messages[number % count].id;
        let verdict = self.store().retry(id, self.time(), None).await.unwrap();
        let now = self.books.now;
        let known = self.books.known(id);
        same("a retry", verdict, known.verdict(now))?;
        if verdict == RetryVerdict::Queued {
            known.is_now(Status::Queued, None, now);
            (known.attempts, known.due, known.content) = (0, now, Content::Kept);
        }
        Ok(())
    }

    pub(super) async fn issue(&mut self, key: u8, recipient: u8, lives: i64) -> Outcome {
        let (mail, issued) = (self.mail(key, recipient, ADMINS, lives), recovery(self.time()));
        let known = self.known(&mail, recipient, ADMINS, None);
        // the window that mails of a quarter of an hour have here
        let should = if self.books.take_key(key, known.id, 900).is_some() {
            StoreIssued::Before
        } else {
            let (id, mail, expires) = (issued.id, known.id, known.expires);
            let issued = Issued { id, mail, recipient, expires, withdrawn: false, forgotten: false };
            self.books.recoveries.push(issued);
            match self.books.take_in(known) {
                Taken::Refused(reason) => StoreIssued::Refused(reason),
                _ => StoreIssued::Stored(Status::Queued),
            }
        };
        let answer = self.store().issue(mail, issued, |_| ()).await.unwrap();
        same("a recovery", answer, should)
    }

    pub(super) async fn withdraw(&mut self, number: usize) -> Outcome {
        let (now, count) = (self.books.now, self.books.recoveries.len());
        if count == 0 {
            return Ok(());
        }
        let issued = &mut self.books.recoveries[number % count];
        let (id, mail) = (issued.id, issued.mail);
        let is_forgotten = issued.forgotten;
        let should = if issued.expires <= now && !issued.withdrawn {
            None
        } else {
            issued.withdrawn = true;
            Some(!is_forgotten && self.stop_mail(mail))
        };
        let withdrawn =
            self.store().withdraw(id, self.time(), None, line(self.time(), "recovery.withdraw")).await.unwrap();
        let is = match withdrawn {
            Withdrawn::NotFound if is_forgotten => return Ok(()),
            _ if is_forgotten => return Err("a forgotten recovery is there".to_owned()),
            Withdrawn::NotFound => return Err("the recovery is not there".to_owned()),
            Withdrawn::Over => None,
            Withdrawn::Done { mail_stopped, .. } => Some(mail_stopped),
        };
        same("withdrawn, and its mail stopped", is, should)
    }

    fn stop_mail(&mut self, mail: MessageId) -> bool {
        let now = self.books.now;
        let known = self.books.known(mail);
        if known.forgotten || known.status == Status::Sent || known.reason == Some(Reason::Withdrawn) {
            return false;
        }
        (known.expires, known.updated) = (known.expires.min(now), now);
        let stopped = known.status == Status::Queued;
        if stopped {
            known.is_now(Status::Abandoned, Some(Reason::Withdrawn), now);
        }
        if known.status == Status::Abandoned {
            known.erase();
        }
        stopped
    }

    pub(super) async fn suppress(&mut self, recipient: u8, lasts: i64) -> Outcome {
        let until = self.books.now + lasts;
        self.books.suppressed.insert(recipient, until);
        self.store().suppress(hash(recipient), after(until)).await.unwrap();
        Ok(())
    }

    /// All goes that is theirs, but that they get nothing.
    pub(super) async fn forget_recipient(&mut self, recipient: u8) -> Outcome {
        let (mut should, mut ids, nodes) = (Forgotten::default(), Vec::new(), self.nodes);
        let theirs = |known: &&mut Known| known.recipient == recipient && !known.forgotten;
        for known in self.books.messages.iter_mut().filter(theirs) {
            should.messages += 1;
            let held = known.node.filter(|_| known.status == Status::Processing);
            should.in_hand.extend(held.map(|node| (known.id, nodes[node])));
            known.forget();
            ids.push(known.id);
        }
        for issued in self.books.recoveries.iter_mut().filter(|one| one.recipient == recipient && !one.forgotten) {
            should.recoveries += 1;
            issued.forgotten = true;
        }
        self.books.keys.retain(|_, (id, _)| !ids.contains(id));
        self.books.turns.retain(|(whose, _), _| *whose != recipient);
        let by = line(self.time(), "address.forget");
        let mut forgotten = self.store().forget_recipient(hash(recipient), by).await.unwrap();
        for held in [&mut forgotten.in_hand, &mut should.in_hand] {
            held.sort_by_key(|(id, _)| id.0);
        }
        same("forgotten", forgotten, should)
    }
}
