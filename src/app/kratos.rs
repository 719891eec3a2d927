//! The Kratos of each source: its own keys over the general ones.

use crate::config::{self, Config, KeyPlace, KratosAuth};
use crate::domain::Reporter;
use crate::kratos::{AdminAuth, Kratos, Options, Timeouts};
use crate::transport::smtp;
use anyhow::Context as _;
use std::sync::Arc;

/// A client for the Kratos of a source. It asks nothing yet.
pub fn kratos(config: &Config, source: &config::Source, report: &Reporter) -> anyhow::Result<Kratos> {
    let (general, own) = (&config.kratos, source.kratos.as_ref());
    let own_admin_url = own.and_then(|own| own.admin_url.as_ref());
    let public_url = own.and_then(|own| own.public_url.as_ref()).or(general.public_url.as_ref());
    let admin_url = own_admin_url.or(general.admin_url.as_ref());
    // The general credential is for the general admin API: it is shown to no other.
    let general_auth = general.admin_auth.as_ref().filter(|_| own_admin_url.is_none());
    let admin_auth = own.and_then(|own| own.admin_auth.as_ref()).or(general_auth);
    let options = Options {
        public_url: public_url.context("kratos.public_url is missing")?.to_string(),
        admin_url: admin_url.context("kratos.admin_url is missing")?.to_string(),
        admin_auth: admin_auth.map(auth),
        timeouts: Timeouts::default(),
        tls: smtp::client_tls().context("TLS cannot be set up")?,
        report: Arc::clone(report),
    };
    Kratos::new(options).context("kratos")
}

fn auth(from: &KratosAuth) -> AdminAuth {
    match from {
        KratosAuth::ApiKey(key) => match key.place {
            KeyPlace::Header => AdminAuth::Header(key.name.clone(), key.value.clone()),
            KeyPlace::Cookie => AdminAuth::Cookie(key.name.clone(), key.value.clone()),
        },
        KratosAuth::BasicAuth(basic) => AdminAuth::Basic(basic.user.clone(), basic.password.clone()),
    }
}
