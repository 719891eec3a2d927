//! A game: each step is done with the store and with the books, and their answers are compared.

mod clock;
mod operators;
mod posts;
mod upkeep;
mod work;

use super::books::Books;
use super::steps::{NODES, Step};
use crate::helpers::{Home, OPTIONS, after, now};
use crate::postgres_support::Schema;
use jiff::Timestamp;
use postrider::domain::{Lane, Message, NodeId, Status};
use postrider::store::{Store, Wanted};
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
        match step {
            Step::Post(post) => self.post(post).await,
            Step::Claim { node, total, lanes } => self.claim(*node, Wanted { total: *total, lanes: *lanes }).await,
            Step::Settle(claims) => self.settle(claims).await,
            Step::Expire(limit) => self.expire(*limit).await,
            Step::Retry(number) => self.retry(*number).await,
            Step::Issue { key, recipient, lives } => self.issue(*key, *recipient, *lives).await,
            Step::Withdraw(number) => self.withdraw(*number).await,
            Step::Suppress(recipient, lasts) => self.suppress(*recipient, *lasts).await,
            Step::ForgetRecipient(recipient) => self.forget_recipient(*recipient).await,
            Step::EraseContents => self.erase_contents().await,
            Step::ForgetKeys => self.forget_keys().await,
            Step::ForgetMessages(age) => self.forget_messages(*age).await,
            Step::ForgetLimits => self.forget_limits().await,
            Step::ForgetSuppressions => self.forget_suppressions().await,
            Step::Pass(by) => {
                self.books.now += by;
                Ok(())
            }
            Step::SetClock(by) => self.set_clock(*by).await,
            Step::Die(node) => self.die(*node).await,
        }
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
