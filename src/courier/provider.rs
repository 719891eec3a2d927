//! A provider as the courier sees it: what carries mail, how it is, and what is its own.

use super::Health;
use super::line::Count;
use crate::domain::StoredMail;
use crate::handover::Plan;
use crate::transport::smtp;
use std::borrow::Cow;
use std::path::PathBuf;

/// One of `courier.smtp` and `courier.providers[]`.
pub struct Provider {
    /// Its id in the configuration.
    pub id: String,
    /// What carries the mail.
    pub carrier: Carrier,
    /// Headers of its own for every mail.
    pub headers: Vec<(String, String)>,
    /// How many workers, and so connections, it has.
    pub connections: usize,
    /// Messages a second, 0 for no limit.
    pub rate: u32,
    /// The From of its own, for sources that have none.
    pub from: From,
    /// How it is.
    pub health: Health,
    /// How many connections are open.
    pub open: Count,
    /// Wakes its keeper.
    pub stirred: Stirred,
    /// Held by the worker that opens a connection for the next code.
    pub warming: Warming,
}

/// Wakes the keeper of a provider.
pub type Stirred = tokio::sync::Notify;

/// One worker at a time opens a connection ahead of its mail.
pub type Warming = tokio::sync::Mutex<()>;

/// The transports.
pub enum Carrier {
    /// A submission server.
    Smtp(Box<smtp::Settings>),
    /// One `.eml` a mail in this directory.
    File(PathBuf),
    /// The store's inbox.
    Inbox,
}

/// A From header, in parts that may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct From {
    /// The address.
    pub address: Option<String>,
    /// The name.
    pub name: Option<String>,
}

impl Provider {
    /// The desk of its workers. Only servers mind how much of one domain they get at a time.
    pub(super) fn plan(&self) -> Plan {
        let size = self.connections.max(1);
        let share = if matches!(self.carrier, Carrier::Smtp(_)) { size.div_ceil(2) } else { size };
        Plan { size, share, rate: self.rate }
    }

    /// The mail as this provider sends it: with its own From, where the source has none.
    pub(super) fn signed<'a>(&self, mail: &'a StoredMail, of_source: &From) -> Cow<'a, StoredMail> {
        let own = |own: &Option<String>, source: &Option<String>| own.clone().filter(|_| source.is_none());
        let (address, name) = (own(&self.from.address, &of_source.address), own(&self.from.name, &of_source.name));
        let same = |own: &Option<String>, now: &str| own.as_deref().is_none_or(|own| own == now);
        if same(&address, &mail.from_address) && same(&name, &mail.from_name) {
            return Cow::Borrowed(mail);
        }
        let mut mail = mail.clone();
        if let Some(address) = address {
            if mail.envelope.from == mail.from_address {
                mail.envelope.from.clone_from(&address);
            }
            mail.from_address = address;
        }
        mail.from_name = name.unwrap_or(mail.from_name);
        Cow::Owned(mail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handover::Job;

    fn provider(address: Option<&str>, name: Option<&str>) -> Provider {
        Provider {
            id: "p".to_owned(),
            carrier: Carrier::Inbox,
            headers: Vec::new(),
            connections: 1,
            rate: 0,
            from: from(address, name),
            health: Health::default(),
            open: Count::default(),
            stirred: Stirred::default(),
            warming: Warming::default(),
        }
    }

    fn from(address: Option<&str>, name: Option<&str>) -> From {
        From { address: address.map(str::to_owned), name: name.map(str::to_owned) }
    }

    #[test]
    fn a_provider_s_from_is_used_unless_the_source_has_its_own() {
        let mail = Job::for_tests().mail;
        let seen = |provider: &Provider, source: &From| {
            let mail = provider.signed(&mail, source);
            (mail.from_address.clone(), mail.from_name.clone(), mail.envelope.from.clone())
        };
        let text =
            |address: &str, name: &str, envelope: &str| (address.to_owned(), name.to_owned(), envelope.to_owned());
        let (none, own) = (From::default(), provider(Some("own@example.net"), Some("Own")));
        assert_eq!(seen(&provider(None, None), &none), text("login@example.com", "", "login@example.com"));
        assert_eq!(seen(&own, &none), text("own@example.net", "Own", "own@example.net"));
        let source = from(Some("shop@example.org"), None);
        assert_eq!(seen(&own, &source), text("login@example.com", "Own", "login@example.com"));
        assert!(matches!(provider(None, None).signed(&mail, &none), Cow::Borrowed(_)));
    }

    #[test]
    fn a_bounce_address_stays() {
        let mut mail = Job::for_tests().mail;
        mail.envelope.from = "bounces@example.com".to_owned();
        let signed = provider(Some("own@example.net"), None).signed(&mail, &From::default()).into_owned();
        assert_eq!(
            (signed.envelope.from.as_str(), signed.from_address.as_str()),
            ("bounces@example.com", "own@example.net")
        );
    }
}
