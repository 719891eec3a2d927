//! From configuration to what tools and verbs take: each has its own words, and only here do both
//! meet.

use crate::auth::{Credential, Door, Encoding, Role, Scheme, Token, Tokens};
use crate::config::{self, Config, CredentialKind, ProviderUri};
use crate::courier::{self, Carrier, Count, Health, Provider, Stirred, Warming};
use crate::domain::{Channel, Clock, EmailAddress, Lane, Secret};
use crate::handover::{Routes, Rule};
use crate::http::Limits;
use crate::intake::{self, Sender};
use crate::transport::smtp;
use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The doors of all sources.
pub(super) fn doors(config: &Config) -> anyhow::Result<BTreeMap<String, Door>> {
    let door = |source: &config::Source| source.auth.iter().map(credential).collect::<anyhow::Result<_>>();
    config.sources.iter().map(|(id, source)| Ok((id.to_string(), Door::new(door(source)?)))).collect()
}

fn credential(from: &config::Credential) -> anyhow::Result<Credential> {
    let scheme = match &from.kind {
        CredentialKind::ApiKey(key) => Scheme::ApiKey {
            cookie: matches!(key.place, config::KeyPlace::Cookie),
            name: key.name.clone(),
            value: key.value.clone(),
        },
        CredentialKind::BasicAuth(basic) => {
            Scheme::BasicAuth { pair: Secret::new(format!("{}:{}", basic.user, basic.password.expose())) }
        }
        CredentialKind::StandardWebhooks(webhooks) => {
            let encoded = webhooks.secret.expose().trim_start_matches("whsec_");
            let key = STANDARD.decode(encoded).with_context(|| format!("credential {}: not base64", from.id))?;
            Scheme::StandardWebhooks { key: Secret::new(key), tolerance: webhooks.tolerance.get() }
        }
        CredentialKind::HmacSha256(hmac) => Scheme::HmacSha256 {
            key: hmac.secret.clone(),
            header: hmac.header.clone(),
            prefix: hmac.prefix.clone(),
            encoding: match hmac.encoding {
                config::Encoding::Hex => Encoding::Hex,
                config::Encoding::Base64 => Encoding::Base64,
            },
        },
        CredentialKind::Envelope(envelope) => Scheme::Envelope { key: envelope.key.clone() },
    };
    Ok(Credential { id: from.id.to_string(), scheme })
}

/// What callers of the public listener may.
pub(super) fn client_limits(config: &Config, clock: &Arc<dyn Clock>) -> Limits {
    let limits = &config.limits.client;
    let proxies = config.serve.public.trusted_proxies.clone();
    Limits::new(limits.requests_per_hour, limits.wrong_codes_per_hour, proxies, Arc::clone(clock))
}

/// The admin tokens, by hash.
pub(super) fn tokens(config: &Config) -> Tokens {
    let token = |from: &config::Token| {
        let hashed = from.value_sha256.as_ref().map(|hash| *hash.as_bytes());
        let sha256 = hashed.or_else(|| Some(Sha256::digest(from.value.as_ref()?.expose()).into()))?;
        let role = match from.role {
            config::Role::Viewer => Role::Viewer,
            config::Role::Support => Role::Support,
            config::Role::Operator => Role::Operator,
            config::Role::Admin => Role::Admin,
        };
        let actor_required = matches!(from.actor, config::Actor::Required);
        Some(Token { id: from.id.to_string(), role, actor_required, sha256 })
    };
    Tokens::new(config.admin.tokens.iter().filter_map(token).collect())
}

/// The providers for mail, in the order in which they are tried.
pub(super) fn providers(config: &Config) -> anyhow::Result<Vec<Provider>> {
    let mail = mail_providers(config);
    anyhow::ensure!(!mail.is_empty(), "courier: no provider carries mail");
    mail.iter().map(|from| provider(config, from)).collect()
}

fn mail_providers(config: &Config) -> Vec<config::Provider> {
    config.providers().into_iter().filter(|provider| provider.channel == Channel::Email).collect()
}

/// Which mail goes to which of them.
pub(super) fn routes(config: &Config) -> Routes {
    let ids: Vec<String> = mail_providers(config).iter().map(|provider| provider.id.to_string()).collect();
    let desk = |id: &config::Id| ids.iter().position(|known| known == id.as_str());
    let rules = config.courier.routes.iter().map(|route| Rule {
        source: route.source.as_ref().map(ToString::to_string),
        lane: route.lane,
        domain: route.domain.as_deref().map(as_label),
        desks: route.providers.iter().filter_map(desk).collect(),
    });
    Routes::new(rules.collect(), vec![Channel::Email; ids.len()])
}

/// As messages have it: lower case, A-labels.
fn as_label(domain: &str) -> String {
    EmailAddress::parse(&format!("x@{domain}")).map_or_else(|_any| domain.to_owned(), |a| a.domain().to_owned())
}

/// A provider as the courier wants it.
pub fn provider(config: &Config, from: &config::Provider) -> anyhow::Result<Provider> {
    let carrier = match &from.uri {
        ProviderUri::Inbox => Carrier::Inbox,
        ProviderUri::File(directory) => Carrier::File(directory.clone()),
        ProviderUri::Smtp(uri) => {
            let settings = smtp_settings(config, from, uri);
            settings.check_files().map_err(|why| anyhow::anyhow!("provider {}: {why}", from.id))?;
            Carrier::Smtp(Box::new(settings))
        }
        ProviderUri::Http(_) => anyhow::bail!("provider {}: HTTP providers come with a later version", from.id),
    };
    if let ProviderUri::Smtp(uri) = &from.uri
        && uri.skip_ssl_verify
    {
        tracing::warn!(provider = %from.id, "skip_ssl_verify: anybody on the way can read every code; use it for tests only");
    }
    Ok(Provider {
        id: from.id.to_string(),
        carrier,
        headers: from.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        connections: usize::from(from.connections),
        rate: from.rate,
        from: courier::From {
            address: from.from_address.as_ref().map(|address| address.as_str().to_owned()),
            name: from.from_name.clone(),
        },
        health: Health::default(),
        open: Count::default(),
        stirred: Stirred::default(),
        warming: Warming::default(),
    })
}

fn smtp_settings(config: &Config, from: &config::Provider, uri: &config::SmtpUri) -> smtp::Settings {
    let tls = match uri.tls {
        config::Tls::StartTls => smtp::TlsMode::StartTls,
        config::Tls::Implicit => smtp::TlsMode::Implicit,
        config::Tls::None => smtp::TlsMode::Plain,
    };
    let mut settings = smtp::Settings::new(uri.host.clone(), uri.port, tls);
    settings.server_name.clone_from(&uri.server_name);
    settings.skip_ssl_verify = uri.skip_ssl_verify;
    settings.login = login(from, uri);
    settings.files = smtp::TlsFiles {
        authorities: from.ca_cert_path.clone(),
        certificate: from.client_cert_path.clone(),
        key: from.client_key_path.clone(),
    };
    settings.local_name.clone_from(&from.local_name);
    settings.timeouts = timeouts(config);
    settings.messages_per_connection = from.messages_per_connection;
    settings
}

fn login(from: &config::Provider, uri: &config::SmtpUri) -> Option<smtp::Login> {
    let username = uri.username.clone()?;
    if !from.token_command.is_empty() {
        return Some(smtp::Login::Token(smtp::BearerToken::new(username, from.token_command.clone())));
    }
    let password = uri.password.clone().unwrap_or_default();
    Some(smtp::Login::Password(smtp::Credentials { username, password }))
}

fn timeouts(config: &Config) -> smtp::Timeouts {
    let timeouts = &config.courier.timeouts;
    smtp::Timeouts {
        connect: timeouts.connect.get(),
        greeting: timeouts.greeting.get(),
        command: timeouts.command.get(),
        block: timeouts.block.get(),
        dot: timeouts.dot.codes.get(),
    }
}

/// What the courier was told.
pub(super) fn courier_settings(config: &Config) -> courier::Settings {
    courier::Settings {
        retry: [Lane::Codes, Lane::Links, Lane::Notices].map(|lane| config.courier.retry_policy(lane)),
        timeouts: timeouts(config),
        notices_dot: config.courier.timeouts.dot.notices.get(),
        status_notifications: config.courier.bounce_address.is_some(),
        senders: config.sources.iter().map(|(id, source)| (id.to_string(), from_of(source))).collect(),
        abandoned: config.courier.retention.abandoned.get(),
        finished: config.courier.retention.messages.get(),
        audit: config.courier.retention.audit.get(),
    }
}

fn from_of(source: &config::Source) -> courier::From {
    let address = source.from_address.as_ref().map(|address| address.as_str().to_owned());
    courier::From { address, name: source.from_name.clone() }
}

/// What intake was told.
pub(super) fn intake_settings(config: &Config) -> anyhow::Result<intake::Settings> {
    let general = sender(config)?;
    let own = |source: &config::Source| {
        let named = source.from_address.is_some() || source.from_name.is_some();
        named.then(|| Sender {
            address: source.from_address.clone().unwrap_or_else(|| general.address.clone()),
            name: source.from_name.clone().unwrap_or_else(|| general.name.clone()),
        })
    };
    let senders = config.sources.iter().filter_map(|(id, source)| Some((id.to_string(), own(source)?))).collect();
    Ok(intake::Settings {
        sender: general.clone(),
        senders,
        bounce_address: config.courier.bounce_address.clone(),
        lifetime: [Lane::Codes, Lane::Links, Lane::Notices].map(|lane| config.courier.lifetime.get(lane).get()),
        per_hour: config.limits.recipient.per_hour,
        per_day: config.limits.recipient.per_day,
    })
}

/// The From of sources that have none of their own: the first mail provider's.
pub fn sender(config: &Config) -> anyhow::Result<Sender> {
    let provider = config.providers().into_iter().find(|provider| provider.channel == Channel::Email);
    let (address, name) = provider.map(|provider| (provider.from_address, provider.from_name)).unwrap_or_default();
    let address = address.or_else(|| config.courier.smtp.from_address.clone());
    let name = name.or_else(|| config.courier.smtp.from_name.clone()).unwrap_or_default();
    Ok(Sender { address: address.context("courier.smtp.from_address: who sends the mails is not configured")?, name })
}
