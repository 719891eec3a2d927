//! What a Postgres server is good for: whether a commit on it survives a crash and a failover,
//! whether nodes can wake each other, whether its clock is right, and who can read along.

use crate::app;
use crate::config::Config;
use crate::doctor::{Check, Finding, Run, Saying, Setup};
use crate::store::{Durability, Location, Options, Server, Store};
use jiff::Timestamp;
use std::time::Duration;

pub(super) const CHECK: Check = Check {
    name: "postgres",
    good: "not used, or as it should be",
    run: Run::Live(|setup, config| run(setup, config)),
};

const KEY: &str = "dsn";
/// Nothing is migrated.
const OPTIONS: Options = Options { migrate: false, lock_patience: Duration::ZERO, read_only: false };
/// The oldest that gets security fixes somewhere, by `server_version_num`.
const OLDEST: i32 = 130_000;
/// Codes expire by the database's clock.
const CLOSE: u64 = 5;
const FAR: u64 = 60;

fn run<'a>(setup: &'a Setup, config: &'a Config) -> Saying<'a> {
    Box::pin(async move {
        let Ok(location @ Location::Postgres(_)) = app::store_location(config) else { return Vec::new() };
        // That it cannot be opened is said elsewhere.
        let Ok(store) = Store::open(&location, OPTIONS).await else { return Vec::new() };
        let mut findings = Vec::new();
        if let Ok(Durability::Postgres(server)) = store.durability().await {
            findings.extend(durable(&server));
            findings.extend(clock(setup.clock.now(), server.now));
        }
        if let Err(why) = store.listens().await {
            findings.push(
                Finding::note(
                    "dsn_listen",
                    format!("LISTEN does not work: {why}. Nodes look for each other's mail once a second"),
                )
                .change("dsn_listen: a postgres:// URI of the database itself, where dsn is a PgBouncer"),
            );
        }
        if let Location::Postgres(settings) = &location
            && !settings.is_private()
        {
            findings.push(
                Finding::warning(KEY, "sslmode does not verify the server: whoever is on the way can take its place")
                    .change("sslmode=verify-full, and sslrootcert=FILE if its authority is not a public one"),
            );
        }
        if let Err(error) = store.close().await {
            findings.push(Finding::warning(KEY, error.to_string()));
        }
        findings
    })
}

fn durable(server: &Server) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !server.fsync {
        let means = "fsync is off: a crash of the server loses mail that was answered with 200, or the whole database";
        findings.push(Finding::bad("fsync", means).change("fsync = on, in postgresql.conf"));
    }
    if !server.full_page_writes {
        let means = "full_page_writes is off: a crash can damage the database";
        findings.push(Finding::warning("full_page_writes", means).change("full_page_writes = on, in postgresql.conf"));
    }
    if server.version_number < OLDEST {
        let means = format!("Postgres {} is older than 13, the oldest that postrider is meant for", server.version);
        findings.push(Finding::warning("server_version", means));
    }
    findings.push(failover(server));
    findings
}

fn failover(server: &Server) -> Finding {
    let (commit, standbys) = (server.synchronous_commit.as_str(), server.synchronous_standby_names.as_str());
    if standbys.is_empty() {
        let means = "a commit is on the server's disk when Kratos gets its 200, and on no standby: after a failover the \
            last mails may be lost, or sent twice. Without standbys this is as it should be";
        let change = "synchronous_standby_names = 'ANY 1 (*)', in postgresql.conf, if a failover must lose nothing";
        return Finding::note("synchronous_standby_names", means).change(change);
    }
    if commit == "remote_write" {
        let means =
            format!("a commit waits until a standby of {standbys} has received it, not until it is on its disk");
        return Finding::note("synchronous_commit", means).change("synchronous_commit = on");
    }
    let means =
        format!("a commit waits for {standbys} (synchronous_commit = {commit}): it survives a failover to them");
    Finding::good("synchronous_standby_names", means)
}

fn clock(ours: Timestamp, theirs: Timestamp) -> Option<Finding> {
    let apart = ours.duration_since(theirs).as_secs().unsigned_abs();
    let means = format!(
        "the database's clock and ours are {apart} s apart: codes expire by the database's, for all nodes alike"
    );
    let how_bad = if apart > FAR { Finding::bad } else { Finding::warning };
    (apart > CLOSE).then(|| how_bad(KEY, means).change("let both machines follow a time server (NTP)"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    fn server() -> Server {
        Server {
            version: "15.18".to_owned(),
            version_number: 150_018,
            synchronous_commit: "on".to_owned(),
            synchronous_standby_names: String::new(),
            fsync: true,
            full_page_writes: true,
            now: Timestamp::UNIX_EPOCH,
        }
    }

    fn verdicts(server: &Server) -> Vec<(&'static str, String)> {
        durable(server).iter().map(|found| (found.verdict.as_str(), found.subject.clone())).collect()
    }

    #[test]
    fn it_says_whether_commits_survive_a_failover() {
        assert_eq!(verdicts(&server()), [("note", "synchronous_standby_names".to_owned())]);
        let safe = Server { synchronous_standby_names: "ANY 1 (*)".to_owned(), ..server() };
        let [finding] = durable(&safe).try_into().unwrap();
        assert_eq!(finding.verdict, Verdict::Good);
        assert!(finding.means.contains("survives a failover"), "{}", finding.means);
        let half = Server { synchronous_commit: "remote_write".to_owned(), ..safe };
        assert_eq!(verdicts(&half), [("note", "synchronous_commit".to_owned())]);
    }

    #[test]
    fn it_says_when_a_crash_loses_mail() {
        let reckless = Server { fsync: false, full_page_writes: false, version_number: 120_022, ..server() };
        let subjects = ["fsync", "full_page_writes", "server_version", "synchronous_standby_names"];
        let found: Vec<_> = verdicts(&reckless);
        assert_eq!(found.iter().map(|(_, subject)| subject.as_str()).collect::<Vec<_>>(), subjects);
        assert_eq!(found[0].0, "bad");
    }

    #[test]
    fn the_clocks_may_be_a_little_apart() {
        let ours: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let said = |theirs: &str| clock(ours, theirs.parse().unwrap()).map(|found| found.verdict.as_str());
        assert_eq!(said("2026-11-24T11:59:56Z"), None);
        assert_eq!((said("2026-11-24T12:00:30Z"), said("2026-11-24T11:58:00Z")), (Some("warning"), Some("bad")));
    }
}
