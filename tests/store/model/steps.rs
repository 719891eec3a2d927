//! What can happen to a store.

use proptest::prelude::*;

/// Nodes that share it.
pub(crate) const NODES: usize = 3;
/// People who get mail; few, so that they get too many.
const PEOPLE: u8 = 3;
const KEYS: u8 = 18;
/// What limits count within: a turn, an hour, a day.
const SPANS: &[i64] = &[120, 3600, 86_400];

/// One thing that happens. Numbers of messages, claims and recoveries count round.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// A post of Kratos.
    Post(Post),
    /// A node asks for work.
    Claim { node: usize, total: usize, lanes: [usize; 3] },
    /// Somebody tells what became of claims, of the newest or of any before.
    Settle(Vec<(usize, Settles)>),
    /// So many that have expired are ended.
    Expire(usize),
    /// An operator retries a message.
    Retry(usize),
    /// An admin issues a recovery, with its mail.
    Issue { key: u8, recipient: u8, lives: i64 },
    /// An admin withdraws one.
    Withdraw(usize),
    /// An operator has nothing sent to somebody for so long.
    Suppress(u8, i64),
    /// An operator has an address forgotten.
    ForgetRecipient(u8),
    /// Contents that were kept for a retry are erased in time.
    EraseContents,
    /// Idempotency keys are forgotten in time.
    ForgetKeys,
    /// Finished messages are forgotten that have not changed for so long.
    ForgetMessages(i64),
    /// What is known of who had too many mails is forgotten in time.
    ForgetLimits,
    /// Suppressions are forgotten in time.
    ForgetSuppressions,
    /// Time passes.
    Pass(i64),
    /// Somebody sets the clock: forward, and waiting messages follow it, or back.
    SetClock(i64),
    /// A node dies; another incarnation takes its place.
    Die(usize),
}

/// A message as it comes; few keys, so that equal ones come.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(crate) key: u8,
    pub(crate) recipient: u8,
    pub(crate) kind: usize,
    pub(crate) lane: usize,
    pub(crate) sms: bool,
    pub(crate) leased_by: Option<usize>,
    pub(crate) due_in: i64,
    pub(crate) lives: i64,
    pub(crate) window: i64,
}

/// How a claim is settled.
#[derive(Debug, Clone)]
pub(crate) enum Settles {
    Sent { reply: bool },
    Retry { wait: i64, counted: bool, reply: bool },
    Abandoned { kept: i64, reply: bool },
    Released,
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        9 => post().prop_map(Step::Post),
        10 => (0..NODES, 0..7_usize, [0..5_usize, 0..5, 0..5])
            .prop_map(|(node, total, lanes)| Step::Claim { node, total, lanes }),
        12 => prop::collection::vec((recent(), settles()), 1..4).prop_map(Step::Settle),
        2 => (1..4_usize).prop_map(Step::Expire),
        3 => any::<usize>().prop_map(Step::Retry),
        2 => (0..KEYS, 0..PEOPLE, 1..1800_i64)
            .prop_map(|(key, recipient, lives)| Step::Issue { key, recipient, lives }),
        2 => any::<usize>().prop_map(Step::Withdraw),
        1 => (0..PEOPLE, -10..900_i64).prop_map(|(recipient, lasts)| Step::Suppress(recipient, lasts)),
        1 => (0..PEOPLE).prop_map(Step::ForgetRecipient),
        1 => Just(Step::EraseContents),
        1 => Just(Step::ForgetKeys),
        1 => (0..4000_i64).prop_map(Step::ForgetMessages),
        1 => Just(Step::ForgetLimits),
        1 => Just(Step::ForgetSuppressions),
        6 => prop_oneof![12 => 1..60_i64, 4 => 60..900_i64, 3 => around(SPANS)].prop_map(Step::Pass),
        2 => (31..20_000_i64, any::<bool>()).prop_map(|(by, back)| Step::SetClock(if back { -by } else { by })),
        2 => (0..NODES).prop_map(Step::Die),
    ]
}

fn post() -> impl Strategy<Value = Post> {
    let leased_by = prop::option::weighted(0.3, 0..NODES);
    let who = (0..PEOPLE, prop_oneof![4 => Just(0), 2 => Just(1), 1 => Just(2)]);
    let times = (0..30_i64, 1..1800_i64, 0..1200_i64);
    (0..KEYS, who, 0..3_usize, prop::bool::weighted(0.1), leased_by, times).prop_map(
        |(key, (recipient, kind), lane, sms, leased_by, (due_in, lives, window))| Post {
            key,
            recipient,
            kind,
            lane,
            sms,
            leased_by,
            due_in,
            lives,
            window,
        },
    )
}

/// To the second at which something ends, one beside it, or somewhat before.
fn around(spans: &'static [i64]) -> impl Strategy<Value = i64> {
    let beside = prop_oneof![-1..=1_i64, -60..0_i64, -1800..0_i64];
    (prop::sample::select(spans), beside).prop_map(|(span, beside)| (span + beside).max(1))
}

/// How far back the claim is: the newest ones are settled, and old ones late.
fn recent() -> impl Strategy<Value = usize> {
    prop_oneof![2 => 0..4_usize, 1 => 0..12_usize, 1 => any::<usize>()]
}

fn settles() -> impl Strategy<Value = Settles> {
    prop_oneof![
        2 => any::<bool>().prop_map(|reply| Settles::Sent { reply }),
        6 => (0..60_i64, any::<bool>(), any::<bool>())
            .prop_map(|(wait, counted, reply)| Settles::Retry { wait, counted, reply }),
        2 => (-10..900_i64, any::<bool>()).prop_map(|(kept, reply)| Settles::Abandoned { kept, reply }),
        1 => Just(Settles::Released),
    ]
}
