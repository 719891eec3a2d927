//! A game: each step is done with the store and with the books, and their answers are compared.

use super::books::{Books, Content, Issued, Known};
use super::steps::{NODES, Settles, Step};
use crate::helpers::{Home, LONGEST_WAIT, OPTIONS, after, dispatch, new, now};
use crate::postgres_support::Schema;
use crate::recoveries::{line, recovery};
use jiff::{SignedDuration, Timestamp};
use postrider::domain::{Channel, Lane, Message, MessageId, NodeId, Reason, Status};
use postrider::store::{
    Enqueued, Issued as StoreIssued, NewMessage, RetryVerdict, Settled, Settlement, Store, Wanted, Withdrawn,
};
use std::time::Duration;

/// Which database.
pub(crate) enum Database {
    /// A fresh file for each game.
    Sqlite,
    /// A fresh schema on the server with this URI.
    Postgres(String),
}

/// Where this game's data is.
enum Place {
    File(Home),
    Schema(Schema),
}

type Outcome = Result<(), String>;

/// Longer than a game: a node dies when the game says so.
const LEASE: Duration = Duration::from_hours(1);

struct Game {
    place: Place,
    /// None only while it is opened again.
    store: Option<Store>,
    nodes: [NodeId; NODES],
    books: Books,
}

/// Plays these steps on an empty database.
pub(crate) async fn game(database: &Database, steps: &[Step]) -> Outcome {
    let place = match database {
        Database::Sqlite => Place::File(Home::new()),
        Database::Postgres(url) => Place::Schema(Schema::on(url.clone()).await),
    };
    let nodes = [(); NODES].map(|()| NodeId::draw());
    let mut game = Game { store: Some(place.open().await), place, nodes, books: Books::default() };
    for node in nodes {
        game.store().register_node(node, now(), LEASE).await.unwrap();
    }
    for (number, step) in steps.iter().enumerate() {
        game.play(step).await.map_err(|why| format!("step {number}, {step:?}: {why}"))?;
        game.compare().await.map_err(|why| format!("after step {number}, {step:?}: {why}"))?;
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "what is compared is made for it")]
fn same<T: PartialEq + std::fmt::Debug>(what: &str, is: T, should: T) -> Outcome {
    if is == should { Ok(()) } else { Err(format!("{what}: {is:?}, expected {should:?}")) }
}

fn seconds(time: Timestamp) -> i64 {
    time.duration_since(now()).as_secs()
}

impl Place {
    async fn open(&self) -> Store {
        match self {
            Self::File(home) => home.open().await,
            Self::Schema(schema) => Store::open(&schema.location(), OPTIONS).await.unwrap(),
        }
    }
}

impl Game {
    fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    fn time(&self) -> Timestamp {
        after(self.books.now)
    }

    async fn play(&mut self, step: &Step) -> Outcome {
        let at = self.time();
        match step {
            Step::Post { .. } => self.post(step).await,
            Step::Claim { node, total, lanes } => self.claim(*node, Wanted { total: *total, lanes: *lanes }).await,
            Step::Settle(claims) => self.settle(claims).await,
            Step::Expire(limit) => self.expire(*limit).await,
            Step::Retry(number) => self.retry(*number).await,
            Step::Issue { key, lives } => self.issue(*key, *lives).await,
            Step::Withdraw(number) => self.withdraw(*number).await,
            Step::EraseContents => {
                let erased = self.store().erase_contents(at).await.unwrap();
                let now = self.books.now;
                let is_over = |known: &&mut Known| matches!(known.content, Content::Until(until) if until <= now);
                let over: Vec<_> = self.books.messages.iter_mut().filter(is_over).collect();
                let should = u64::try_from(over.len()).unwrap();
                over.into_iter().for_each(Known::erase);
                same("contents erased", erased, should)
            }
            Step::ForgetKeys => {
                let forgotten = self.store().forget_idempotency(at).await.unwrap();
                let before = self.books.keys.len();
                let now = self.books.now;
                self.books.keys.retain(|_, (_, until)| *until > now);
                same("keys forgotten", forgotten, u64::try_from(before - self.books.keys.len()).unwrap())
            }
            Step::ForgetMessages(age) => {
                let before = self.books.now - age;
                let forgotten = self.store().forget_messages(after(before)).await.unwrap();
                // One accepted before the clock was set back goes when that time has come again.
                let is_old = |known: &Known| known.updated < before && known.created < before;
                let is_over = |known: &&mut Known| !known.forgotten && !known.is_live() && is_old(known);
                let over: Vec<_> = self.books.messages.iter_mut().filter(is_over).collect();
                let should = u64::try_from(over.len()).unwrap();
                for known in over {
                    known.erase();
                    known.forgotten = true;
                }
                same("messages forgotten", forgotten, should)
            }
            Step::Pass(by) => {
                self.books.now += by;
                Ok(())
            }
            Step::SetClock(by) => self.set_clock(*by).await,
            Step::Die(node) => self.die(*node).await,
        }
    }

    async fn post(&mut self, step: &Step) -> Outcome {
        let Step::Post { key, lane, sms, leased_by, due_in, lives, window } = *step else { return Ok(()) };
        let mut post = self.mail(key, Lane::ALL[lane], lives);
        post.message.due_at = after(self.books.now + due_in);
        post.idempotent_until = after(self.books.now + window);
        if sms {
            post.message.channel = Channel::Sms;
        }
        if let Some(node) = leased_by.filter(|_| !sms) {
            (post.message.status, post.message.send_count) = (Status::Processing, 1);
            post.lease = Some(self.nodes[node]);
        }
        let (status, known) = (post.message.status, self.known(&post, leased_by));
        let should = if let Some(first) = self.take_key(key, &known, window) {
            Enqueued::Duplicate(first)
        } else {
            self.learn(known);
            Enqueued::Stored(status)
        };
        let answer = self.store().enqueue(post, |_| ()).await.unwrap();
        same("a post", answer, should)
    }

    /// A mail that lives so long.
    fn mail(&self, key: u8, lane: Lane, lives: i64) -> NewMessage {
        let mut post = new(self.time(), lane, key);
        post.message.expires_at = after(self.books.now + lives);
        post.sealed = Some(vec![key; 40]);
        post
    }

    fn known(&self, post: &NewMessage, leased_by: Option<usize>) -> Known {
        let message = &post.message;
        Known {
            id: message.id,
            lane: message.lane,
            sms: message.channel == Channel::Sms,
            created: self.books.now,
            shifted_before: None,
            updated: self.books.now,
            due: seconds(message.due_at),
            expires: seconds(message.expires_at),
            status: message.status,
            reason: None,
            send_count: message.send_count,
            attempts: 0,
            node: leased_by.filter(|_| post.lease.is_some()),
            content: Content::Kept,
            replies: 0,
            lines: 0,
            forgotten: false,
        }
    }

    /// Whose message it is, if not this one's.
    fn take_key(&mut self, key: u8, known: &Known, window: i64) -> Option<MessageId> {
        let now = self.books.now;
        if let Some((first, _)) = self.books.keys.get(&key).filter(|(_, until)| *until > now) {
            return Some(*first);
        }
        self.books.keys.insert(key, (known.id, now + window));
        None
    }

    fn learn(&mut self, known: Known) {
        if known.status == Status::Processing {
            self.books.claims.push((known.id, known.send_count));
        }
        self.books.messages.push(known);
    }

    async fn claim(&mut self, node: usize, wanted: Wanted) -> Outcome {
        let claimed = self.store().claim(self.nodes[node], self.time(), LONGEST_WAIT, wanted).await.unwrap();
        let mut left = wanted.total;
        let mut should = Vec::new();
        for (lane, most) in Lane::ALL.iter().zip(wanted.lanes) {
            let mut due = self.books.claimable(*lane);
            due.truncate(most.min(left));
            left -= due.len();
            should.extend(due.into_iter().map(|due| (*lane, due)));
        }
        let is: Vec<_> = claimed.iter().map(|one| (one.message.lane, seconds(one.message.due_at))).collect();
        same("a claim", is, should)?;
        for one in claimed {
            let (id, now) = (one.message.id, self.books.now);
            let known = self.books.known(id);
            same("claimed", (known.status, known.sms), (Status::Queued, false))?;
            same("its content", one.sealed.is_some(), known.content != Content::Erased)?;
            known.is_now(Status::Processing, None, now);
            (known.node, known.send_count) = (Some(node), known.send_count + 1);
            let token = (id, known.send_count);
            same("its token", one.message.send_count, token.1)?;
            self.books.claims.push(token);
        }
        Ok(())
    }

    async fn settle(&mut self, claims: &[(usize, Settles)]) -> Outcome {
        let (at, count) = (self.time(), self.books.claims.len());
        if count == 0 {
            return Ok(());
        }
        let mut settlements: Vec<Settlement> = Vec::new();
        let mut should = Vec::new();
        for (back, settles) in claims {
            let (id, send_count) = self.books.claims[count - 1 - back % count];
            // Of two words about one message at the same moment, either may come first.
            if settlements.iter().any(|settlement| settlement.id == id) {
                continue;
            }
            let (settled, reply) = self.settles(settles);
            should.push(self.note(id, send_count, &settled, reply));
            let sealed_reply = reply.then(|| vec![1, 2, 3]);
            let dispatch = (settled != Settled::Released).then(|| dispatch(send_count));
            settlements.push(Settlement { id, send_count, now: at, settled, dispatch, sealed_reply, inbox: None });
        }
        let settled = self.store().settle_all(settlements).await.unwrap();
        same("settled", settled, should)
    }

    fn settles(&self, settles: &Settles) -> (Settled, bool) {
        let then = |seconds: i64| after(self.books.now + seconds);
        match *settles {
            Settles::Sent { reply } => (Settled::Sent, reply),
            Settles::Retry { wait, counted, reply } => (Settled::Retry { due_at: then(wait), counted }, reply),
            Settles::Abandoned { kept, reply } => {
                (Settled::Abandoned { reason: Reason::Refused, content_until: then(kept) }, reply)
            }
            Settles::Released => (Settled::Released, false),
        }
    }

    /// Whether this settles anything, noted.
    fn note(&mut self, id: MessageId, token: u32, settled: &Settled, reply: bool) -> bool {
        let now = self.books.now;
        let known = self.books.known(id);
        let in_hand = known.status == Status::Processing && known.send_count == token;
        let counts = if *settled == Settled::Sent { known.status != Status::Sent } else { in_hand };
        if known.forgotten || !counts {
            return false;
        }
        known.lines += usize::from(*settled != Settled::Released);
        known.replies += usize::from(reply);
        match settled {
            Settled::Sent => {
                known.is_now(Status::Sent, None, now);
                known.erase();
            }
            Settled::Retry { due_at, counted } => {
                known.is_now(Status::Queued, None, now);
                (known.due, known.attempts) = (seconds(*due_at), known.attempts + u32::from(*counted));
            }
            Settled::Abandoned { reason, content_until } => {
                known.is_now(Status::Abandoned, Some(*reason), now);
                match seconds(*content_until) {
                    until if until <= now => known.erase(),
                    until if known.content != Content::Erased => known.content = Content::Until(until),
                    _ => {}
                }
            }
            Settled::Released => known.is_now(Status::Queued, None, now),
        }
        true
    }

    async fn expire(&mut self, limit: usize) -> Outcome {
        let expired = self.store().expire(self.time(), limit).await.unwrap();
        let mut should = self.books.expired();
        should.truncate(limit);
        let mut is: Vec<_> = expired.iter().map(|message| seconds(message.expires_at)).collect();
        is.sort_unstable();
        same("expired", is, should)?;
        for message in expired {
            same("it is", (message.status, message.reason), (Status::Abandoned, Some(Reason::Expired)))?;
            let now = self.books.now;
            let known = self.books.known(message.id);
            same("it was", known.status, Status::Queued)?;
            known.is_now(Status::Abandoned, Some(Reason::Expired), now);
            known.erase();
        }
        Ok(())
    }

    async fn retry(&mut self, number: usize) -> Outcome {
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

    async fn issue(&mut self, key: u8, lives: i64) -> Outcome {
        let (mail, issued) = (self.mail(key, Lane::Codes, lives), recovery(self.time()));
        let known = self.known(&mail, None);
        // the window that mails of a quarter of an hour have here
        let should = if self.take_key(key, &known, 900).is_some() {
            StoreIssued::Before
        } else {
            let (id, mail, expires) = (issued.id, known.id, known.expires);
            self.books.recoveries.push(Issued { id, mail, expires, withdrawn: false });
            self.learn(known);
            StoreIssued::Stored(Status::Queued)
        };
        let answer = self.store().issue(mail, issued, |_| ()).await.unwrap();
        same("a recovery", answer, should)
    }

    async fn withdraw(&mut self, number: usize) -> Outcome {
        let (now, count) = (self.books.now, self.books.recoveries.len());
        if count == 0 {
            return Ok(());
        }
        let issued = &mut self.books.recoveries[number % count];
        let (id, mail) = (issued.id, issued.mail);
        let should = if issued.expires <= now && !issued.withdrawn {
            None
        } else if std::mem::replace(&mut issued.withdrawn, true) {
            Some(false)
        } else {
            Some(self.stop_mail(mail))
        };
        let withdrawn =
            self.store().withdraw(id, self.time(), None, line(self.time(), "recovery.withdraw")).await.unwrap();
        let is = match withdrawn {
            Withdrawn::NotFound => return Err("the recovery is not there".to_owned()),
            Withdrawn::Over => None,
            Withdrawn::Done { mail_stopped, .. } => Some(mail_stopped),
        };
        same("withdrawn, and its mail stopped", is, should)
    }

    fn stop_mail(&mut self, mail: MessageId) -> bool {
        let now = self.books.now;
        let known = self.books.known(mail);
        if known.forgotten || known.status == Status::Sent {
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

    /// As the courier follows it.
    async fn set_clock(&mut self, by: i64) -> Outcome {
        let last = self.books.now;
        self.books.now += by;
        if by < 0 {
            return Ok(());
        }
        // Two jumps close to each other are one that two nodes have seen, where there are several.
        let before = last + by / 2;
        let same_after = if matches!(self.place, Place::File(_)) { before } else { before - 60 };
        let shifted = self.store().shift_expiry(after(before), SignedDuration::from_secs(by)).await.unwrap();
        let follows = |known: &&mut Known| {
            !known.forgotten
                && known.created < before
                && known.shifted_before.is_none_or(|shifted| shifted < same_after)
        };
        let mut count = 0;
        for known in self.books.messages.iter_mut().filter(follows) {
            if known.is_live() {
                (known.due, known.expires) = (known.due + by, known.expires + by);
                known.shifted_before = Some(before);
                count += 1;
            } else if let Content::Until(until) = &mut known.content {
                (*until, known.expires) = (*until + by, known.expires + by);
                known.shifted_before = Some(before);
            }
        }
        same("shifted", shifted, count)
    }

    /// A file has one process, whose nodes die together; it is not closed, as by a kill. On Postgres one
    /// dies alone, and another one notices.
    async fn die(&mut self, node: usize) -> Outcome {
        let dead = self.nodes[node];
        let all_die = matches!(self.place, Place::File(_));
        let should = self.books.free(if all_die { None } else { Some(node) });
        if let Place::Schema(schema) = &self.place {
            let over = "UPDATE nodes SET alive_until = 'epoch' WHERE node_id = $1";
            schema.client().await.execute(over, &[&dead.0]).await.unwrap();
            let leases = self.store().nodes().await.unwrap();
            let lease = leases.into_iter().find(|lease| lease.node == dead).ok_or("the dead node is not known")?;
            same("freed", self.store().free_node(lease).await.unwrap(), should)?;
            self.nodes[node] = NodeId::draw();
        } else {
            self.store = None;
            self.store = Some(self.place.open().await);
            self.nodes = [(); NODES].map(|()| NodeId::draw());
        }
        self.store().register_node(self.nodes[node], now(), LEASE).await.unwrap();
        Ok(())
    }

    async fn compare(&self) -> Outcome {
        let (store, books) = (self.store(), &self.books);
        for known in &books.messages {
            let found = store.get(known.id).await.unwrap();
            let times = |message: &Message| (seconds(message.due_at), seconds(message.expires_at));
            if let Some(why) = known.differs(found.as_ref(), times) {
                return Err(why);
            }
        }
        let next = store.next_due().await.unwrap();
        same("next due", next.map(|due| due.map(seconds)), [0, 1, 2].map(|lane| books.next_due(Lane::ALL[lane])))?;
        let depth = store.depth().await.unwrap();
        for lane in Lane::ALL {
            for status in [Status::Queued, Status::Processing] {
                let here = depth.iter().find(|row| (row.lane, row.status) == (*lane, status));
                same("depth", here.map_or(0, |row| row.count), books.depth(*lane, status))?;
            }
        }
        Ok(())
    }
}
