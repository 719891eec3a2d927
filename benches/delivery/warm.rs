//! Row 4: from the first byte of Kratos's post to the provider's 250, few mails, over TLS, with a
//! provider that takes its time; and the same for a first mail after a quiet time, over the connection
//! that was kept open.

use crate::client::Client;
use crate::load::Seen;
use crate::machine::Watch;
use crate::posts::Posts;
use crate::provider::{Provider, Taken};
use crate::report::{Goal, Report};
use crate::server::{Home, Server};
use std::time::{Duration, Instant};

const DELAY: Duration = Duration::from_millis(20);
const PAUSE: Duration = Duration::from_millis(30);
const MAILS: usize = 500;
/// Longer than idle connections are kept.
const QUIET: Duration = Duration::from_secs(40);
const WARM: usize = 10;

/// One mail: from post to answer, from post to 250, and how long the provider itself took.
struct Way {
    answered: Duration,
    taken: Duration,
    own: Duration,
}

pub(crate) async fn run(posts: &Posts, report: &mut Report) {
    let provider = Provider::start(DELAY);
    let home = Home::new(&format!("smtps://user:password@{}/?skip_ssl_verify=true", provider.address));
    let server = Server::start(&home).await;
    let mut client = Client::new(server.address);
    for _ in 0..WARM {
        one(&mut client, posts, &provider).await;
    }
    let (watch, started) = (Watch::start(server.process()), Instant::now());
    let mut ways = Vec::new();
    for _ in 0..MAILS {
        ways.push(one(&mut client, posts, &provider).await);
        tokio::time::sleep(PAUSE).await;
    }
    let (cores, took, connections) = (watch.stop(), started.elapsed(), provider.connections());
    tokio::time::sleep(QUIET).await;
    let after_quiet = one(&mut client, posts, &provider).await;
    let table = report.section("4 · from post to 250, one mail after the other, over TLS (ms)", cores);
    let seen = |of: fn(&Way) -> Duration| Seen::of(ways.iter().map(of).collect(), took);
    let ours = seen(|way| way.taken.saturating_sub(way.own));
    table.line("post → answer", &seen(|way| way.answered), "");
    table.line("post → 250", &seen(|way| way.taken), &format!("{:.0} mails/s", MAILS as f64 / took.as_secs_f64()));
    table.line("of it the provider's own", &seen(|way| way.own), "");
    table.line("of it ours", &ours, "");
    table.note("connections that were opened for them", connections as f64);
    let quiet = after_quiet.taken.saturating_sub(after_quiet.own).as_secs_f64() * 1e3;
    table.note(&format!("ours for the first mail after {} quiet seconds (ms)", QUIET.as_secs()), quiet);
    table.note("connections opened for that", (provider.connections() - connections) as f64);
    report.goal("post → 250 without the provider's own delay, p50 (ms)", ours.quantile(0.5), Goal::AtMost(3.0));
}

async fn one(client: &mut Client, posts: &Posts, provider: &Provider) -> Way {
    let mut request = Vec::new();
    let number = posts.next(&mut request);
    let posted = Instant::now();
    assert_eq!(client.ask(&request).await.unwrap(), 200, "a post was refused");
    let answered = posted.elapsed();
    let Taken { at, own } = loop {
        if let Some(taken) = provider.taken(number) {
            break taken;
        }
        assert!(posted.elapsed() < Duration::from_mins(1), "mail {number} did not come");
        tokio::time::sleep(Duration::from_millis(1)).await;
    };
    Way { answered, taken: at - posted, own }
}
