//! How a provider is: the breaker, the rest after refused log-ins (bad log-ins lock accounts), the
//! pace it asks for, and whether somebody waits for codes. A state machine; times are the clock's
//! monotonic `elapsed`, passed in.

use crate::domain::{EnhancedCode, Outcome, Report};
use crate::handover::Door;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// So many faults in a row shut the door.
const FAULTS: u32 = 3;
/// One that took so long is enough, if no mail went through meanwhile: the next would wait as long.
const HUNG: Duration = Duration::from_secs(5);
/// The first rest, doubled each time up to the longest.
const REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(30);
/// The same after a refused log-in.
const LOGIN_REST: Duration = Duration::from_secs(30);
const LONGEST_LOGIN_REST: Duration = Duration::from_mins(15);
/// So many refusals for reasons of policy, to so many domains, with no mail taken between, are about
/// us and not about the recipients.
const DENIALS: usize = 20;
const DENIED_DOMAINS: usize = 5;
/// Each step halves what the provider gets; it is taken back after so long without a complaint.
const SLOWEST: u32 = 4;
const EASE: Duration = Duration::from_secs(30);
/// Complaints of the same moment count once.
const MOMENT: Duration = Duration::from_secs(1);
/// How long after a code the next one is expected, so that a connection is kept open for it.
const WARM: Duration = Duration::from_mins(5);

/// How a provider is.
#[derive(Default)]
pub struct Health(Mutex<State>);

#[derive(Default)]
struct State {
    faults: u32,
    rests: u32,
    logins: u32,
    /// Whether it rests after a refused log-in: connections from before may go on sending, but that
    /// says nothing about the next log-in.
    locked: bool,
    /// When it last did what it is for.
    well_at: Option<Duration>,
    resting: Resting,
    denials: usize,
    denied: BTreeSet<String>,
    slowed: u32,
    slowed_at: Duration,
    code_at: Option<Duration>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Resting {
    #[default]
    No,
    /// Nothing is tried before this.
    Until(Duration),
    /// Somebody is trying.
    Probed,
    /// It answered; the next real message decides.
    Ajar,
}

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It rests for so long.
    Shut(Duration),
    /// It works again.
    Open,
    /// One message may try.
    Ajar,
}

/// What an attempt says about a provider.
enum Sign {
    /// It took a mail.
    Sent,
    /// It answered as it should, whatever the answer.
    Alive,
    /// Its policy was against the mail.
    Denied,
    /// It did not do what it is for.
    Fault,
    /// It refused our log-in.
    Login,
    /// Nothing: the attempt ended on our side.
    None,
}

impl Health {
    /// Takes note of an attempt for a recipient in `domain` that took so long.
    pub fn attempted(&self, report: &Report, domain: &str, took: Duration, now: Duration) -> Option<Turn> {
        let mut state = self.state();
        match Sign::of(report) {
            Sign::None => None,
            Sign::Sent => {
                state.clear_denials();
                state.well(now)
            }
            Sign::Alive => state.well(now),
            Sign::Denied => {
                state.denials += 1;
                state.denied.insert(domain.to_owned());
                if state.denials >= DENIALS && state.denied.len() >= DENIED_DOMAINS {
                    state.clear_denials();
                    return state.rest(now);
                }
                state.well(now)
            }
            Sign::Login => state.rest_after_login(now),
            Sign::Fault => {
                state.faults += 1;
                let began = now.saturating_sub(took);
                let hung = took >= HUNG && state.well_at.is_none_or(|well| well < began);
                (state.faults >= FAULTS || hung || state.resting == Resting::Ajar).then(|| state.rest(now))?
            }
        }
    }

    /// Whether its rest is over and nobody tries it yet. Who hears true must call
    /// [`Health::probed`].
    pub fn takes_probe(&self, now: Duration) -> bool {
        let mut state = self.state();
        let due = matches!(state.resting, Resting::Until(until) if now >= until);
        if due {
            state.resting = Resting::Probed;
        }
        due
    }

    /// What the probe came to; none for a provider that cannot be tried without a message, or a
    /// probe that was given up.
    pub fn probed(&self, report: Option<&Report>, now: Duration) -> Option<Turn> {
        let mut state = self.state();
        if state.resting != Resting::Probed {
            return None;
        }
        state.resting = Resting::Ajar;
        match report.map(Sign::of) {
            Some(Sign::Login) => state.rest_after_login(now),
            Some(Sign::Fault) => state.rest(now),
            _ => Some(Turn::Ajar),
        }
    }

    /// Whether nothing has to be done about it.
    pub fn is_calm(&self) -> bool {
        let state = self.state();
        state.resting == Resting::No && state.slowed == 0
    }

    /// The door that fits.
    pub fn door(&self) -> Door {
        match self.state().resting {
            Resting::No => Door::Open,
            Resting::Until(_) | Resting::Probed => Door::Shut,
            Resting::Ajar => Door::Ajar,
        }
    }

    /// How long it still rests, if it does.
    pub fn rests_for(&self, now: Duration) -> Option<Duration> {
        match self.state().resting {
            Resting::Until(until) => Some(until.saturating_sub(now)),
            _ => None,
        }
    }

    /// Takes note of a provider that wants less (421, 4.7.x). Returns the steps, if that is news.
    pub fn complained(&self, report: &Report, now: Duration) -> Option<u32> {
        let policy = matches!(report.enhanced, Some(EnhancedCode(4, 7, _)));
        let mut state = self.state();
        let news = state.slowed == 0 || now.saturating_sub(state.slowed_at) >= MOMENT;
        if !news || report.outcome == Outcome::AuthFault || !(policy || report.code == Some(421)) {
            return None;
        }
        state.slowed = (state.slowed + 1).min(SLOWEST);
        state.slowed_at = now;
        Some(state.slowed)
    }

    /// Goes a step faster again, if nobody complained for long. Returns the steps, if that is news.
    pub fn eases(&self, now: Duration) -> Option<u32> {
        let mut state = self.state();
        if state.slowed == 0 || now.saturating_sub(state.slowed_at) < EASE {
            return None;
        }
        state.slowed -= 1;
        state.slowed_at = now;
        Some(state.slowed)
    }

    /// A code was sent.
    pub fn sent_code(&self, now: Duration) {
        self.state().code_at = Some(now);
    }

    /// Whether a connection is to be kept for the next code.
    pub fn expects_codes(&self, now: Duration) -> bool {
        let state = self.state();
        state.resting == Resting::No && state.expects_codes(now)
    }

    /// The same, should it not rest any more by then.
    pub fn may_expect_codes(&self, now: Duration) -> bool {
        self.state().expects_codes(now)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn well(&mut self, now: Duration) -> Option<Turn> {
        (self.faults, self.rests, self.well_at) = (0, 0, Some(now));
        if self.locked && self.resting != Resting::Ajar {
            return None;
        }
        (self.logins, self.locked) = (0, false);
        // Of those that were on their way when the door was shut, one may still arrive.
        let opened = self.resting != Resting::No;
        self.resting = Resting::No;
        opened.then_some(Turn::Open)
    }

    fn rest(&mut self, now: Duration) -> Option<Turn> {
        let length = doubled(REST, self.rests, LONGEST_REST);
        let turn = self.shut(length, now)?;
        (self.rests, self.locked) = (self.rests + 1, false);
        Some(turn)
    }

    fn rest_after_login(&mut self, now: Duration) -> Option<Turn> {
        let length = doubled(LOGIN_REST, self.logins, LONGEST_LOGIN_REST);
        let turn = self.shut(length, now)?;
        (self.logins, self.locked) = (self.logins + 1, true);
        Some(turn)
    }

    /// Shuts the door, unless it is shut: several workers fail at the same moment.
    fn shut(&mut self, length: Duration, now: Duration) -> Option<Turn> {
        if matches!(self.resting, Resting::Until(_) | Resting::Probed) {
            return None;
        }
        self.faults = 0;
        self.resting = Resting::Until(now + length);
        Some(Turn::Shut(length))
    }

    fn expects_codes(&self, now: Duration) -> bool {
        self.code_at.is_some_and(|at| now.saturating_sub(at) < WARM)
    }

    fn clear_denials(&mut self) {
        self.denials = 0;
        self.denied.clear();
    }
}

impl Sign {
    fn of(report: &Report) -> Self {
        match report.outcome {
            Outcome::Sent => Self::Sent,
            Outcome::Denied => Self::Denied,
            Outcome::AuthFault => Self::Login,
            Outcome::Retry | Outcome::Abandon(_) if report.code.is_some() => Self::Alive,
            Outcome::Held | Outcome::Abandon(_) => Self::None,
            // A retry without a code: the connection was lost amid the body.
            _ => Self::Fault,
        }
    }
}

fn doubled(first: Duration, times: u32, longest: Duration) -> Duration {
    (first * (1 << times.min(16))).min(longest)
}

#[cfg(test)]
#[path = "health_tests.rs"]
mod tests;
