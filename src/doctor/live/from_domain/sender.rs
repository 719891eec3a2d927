//! Which domains our mail is From, by which providers, and with which envelope sender: as `intake` and the
//! courier choose them.

use crate::app;
use crate::config::{Config, Id, Provider, ProviderUri, Source};
use crate::domain::Channel;
use std::collections::BTreeMap;

/// A From domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sender {
    /// The domain, A-labels.
    pub(super) domain: String,
    /// The key that says so.
    pub(super) key: String,
    /// The domain of the envelope sender, which SPF is about.
    pub(super) envelope: String,
    /// The hosts of the providers that send for it.
    pub(super) relays: Vec<String>,
    /// The selectors of their DKIM keys, with the id of the first provider that has it.
    pub(super) selectors: Vec<(String, Id)>,
    /// The ids of providers whose selectors nobody told us.
    pub(super) unsigned: Vec<Id>,
}

/// Every From domain whose mail leaves this machine.
pub(super) fn senders(config: &Config) -> Vec<Sender> {
    let providers: Vec<Provider> = config.providers().into_iter().filter(leaves).collect();
    let mut found: BTreeMap<String, Sender> = BTreeMap::new();
    for (id, source) in &config.sources {
        for provider in carriers(config, id, &providers) {
            let Some((domain, key)) = from(config, id, source, provider) else { continue };
            let bounces = config.courier.bounce_address.as_ref().map(|address| address.domain().to_owned());
            let sender = found.entry(domain.clone()).or_insert_with(|| Sender {
                envelope: bounces.unwrap_or_else(|| domain.clone()),
                domain,
                key,
                relays: Vec::new(),
                selectors: Vec::new(),
                unsigned: Vec::new(),
            });
            sender.add(provider);
        }
    }
    found.into_values().collect()
}

impl Sender {
    fn add(&mut self, provider: &Provider) {
        if let ProviderUri::Smtp(uri) = &provider.uri
            && !self.relays.contains(&uri.host)
        {
            self.relays.push(uri.host.clone());
        }
        for selector in &provider.dkim_selectors {
            if self.selectors.iter().all(|(known, _)| known != selector) {
                self.selectors.push((selector.clone(), provider.id.clone()));
            }
        }
        if provider.dkim_selectors.is_empty() && !self.unsigned.contains(&provider.id) {
            self.unsigned.push(provider.id.clone());
        }
    }
}

fn leaves(provider: &Provider) -> bool {
    let goes = !matches!(provider.uri, ProviderUri::Inbox | ProviderUri::File(_));
    goes && provider.channel == Channel::Email
}

/// The providers that may get mail of a source.
fn carriers<'a>(config: &Config, source: &Id, providers: &'a [Provider]) -> Vec<&'a Provider> {
    let mut named: Vec<&Id> = Vec::new();
    for route in config.courier.routes.iter().filter(|route| route.source.as_ref().is_none_or(|own| own == source)) {
        named.extend(&route.providers);
        if route.lane.is_none() && route.domain.is_none() {
            return providers.iter().filter(|provider| named.contains(&&provider.id)).collect();
        }
    }
    providers.iter().collect()
}

fn from(config: &Config, id: &Id, source: &Source, provider: &Provider) -> Option<(String, String)> {
    if let Some(address) = &source.from_address {
        return Some((address.domain().to_owned(), format!("sources.{id}.from_address")));
    }
    if let Some(address) = &provider.from_address {
        return Some((address.domain().to_owned(), format!("from_address of provider {}", provider.id)));
    }
    let general = app::sender(config).ok()?;
    Some((general.address.domain().to_owned(), "courier.smtp.from_address".to_owned()))
}
