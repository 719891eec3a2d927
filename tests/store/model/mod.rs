//! The store against a short model of it: random steps, each done with both, and after each step the
//! two must tell the same of every message. Where a database may choose (which of two messages that
//! are due at the same moment comes first), its choice is checked and the model follows it.
//!
//! `POSTRIDER_TEST_MODEL_CASES=2000` plays as many games as docs/reliability.md tells of. A step means
//! something in any state (it picks its message by number), so a plain list of steps can be cut
//! short when a game fails: no state machine crate is needed.

mod books;
mod limits;
mod play;
mod steps;

use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// How many games the tests play by themselves, and how long one is at most.
const FEW: u32 = 24;
const LONGEST: usize = 100;

fn games() -> u32 {
    let told = std::env::var_os("POSTRIDER_TEST_MODEL_CASES").map(|told| told.into_string().unwrap());
    told.map_or(FEW, |told| told.parse().expect("POSTRIDER_TEST_MODEL_CASES: a number"))
}

fn play_games(database: &play::Database) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config = Config { cases: games(), failure_persistence: None, max_shrink_iters: 4000, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let list = proptest::collection::vec(steps::step(), 1..LONGEST);
    let played = runner.run(&list, |steps| runtime.block_on(play::game(database, &steps)).map_err(TestCaseError::fail));
    if let Err(failed) = played {
        panic!("{failed}");
    }
}

#[test]
fn a_postgres_store_does_what_the_model_does() {
    if let Some(url) = crate::postgres_support::url("store") {
        play_games(&play::Database::Postgres(url));
    }
}

#[test]
fn an_sqlite_store_does_what_the_model_does() {
    play_games(&play::Database::Sqlite);
}
