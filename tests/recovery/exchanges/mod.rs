//! Every recorded exchange that our client can meet, of every version, through the client: each
//! has one named outcome.

mod call;
mod forwarded;
mod table;
mod words;

use crate::fake_kratos::{VERSIONS, names, recorded};
use std::collections::BTreeSet;
use table::{TABLE, UNUSED};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_recorded_answer_has_its_named_outcome() {
    let mut wrong = Vec::new();
    let mut run = 0;
    for version in VERSIONS {
        for (name, call, usual, exceptions) in TABLE {
            let Some(exchange) = recorded(version, name) else { continue };
            let other = exceptions.iter().find(|(versions, _)| versions.contains(&version));
            let expected = other.map_or(*usual, |(_, outcome)| *outcome);
            let outcome = call.outcome(&exchange).await;
            if outcome != expected {
                wrong.push(format!("{version} {name}: {outcome}, expected {expected}"));
            }
            run += 1;
        }
    }
    assert!(run > 1000, "only {run} exchanges");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What was recorded is used, or stands in a list with the reason why it is not.
#[test]
fn no_recorded_exchange_is_forgotten() {
    let used: BTreeSet<_> = TABLE.iter().map(|(name, ..)| *name).collect();
    let unused: BTreeSet<_> = UNUSED.iter().map(|(name, _)| *name).collect();
    assert_eq!((used.len(), unused.len()), (TABLE.len(), UNUSED.len()), "each stands there once");
    assert!(used.is_disjoint(&unused));
    let all: BTreeSet<_> = VERSIONS.into_iter().flat_map(names).map(String::as_str).collect();
    let listed: BTreeSet<_> = used.union(&unused).copied().collect();
    assert_eq!(all.difference(&listed).collect::<Vec<_>>(), Vec::<&&str>::new(), "in no list");
    assert_eq!(listed.difference(&all).collect::<Vec<_>>(), Vec::<&&str>::new(), "never recorded");
    assert!(UNUSED.iter().all(|(_, why)| why.len() > 10));
}
