//! What a `postgres://` URI says: libpq's own parameters, TLS as libpq means it, and `max_conns` as
//! Ory's services take it.

use super::tls::{self, SslMode};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr as _;
use std::time::Duration;
use tokio_postgres::config::{Host, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;
use url::form_urlencoded;

/// How many connections a node opens unless `max_conns` says otherwise.
const MAX_CONNS: usize = 10;
/// Two at least: the courier must not wait for intake.
const FEWEST: usize = 2;
/// Ory's services take these for their pools; ours has no use for them.
const IDLE: [&str; 3] = ["max_idle_conns", "max_conn_lifetime", "max_conn_idle_time"];

/// Where the database is, and how to reach it.
#[derive(Clone)]
pub struct Settings {
    main: Endpoint,
    listen: Option<Endpoint>,
    max_conns: usize,
}

/// One address with its TLS.
#[derive(Clone)]
pub(super) struct Endpoint {
    pub(super) config: tokio_postgres::Config,
    pub(super) tls: MakeRustlsConnect,
    is_verified: bool,
}

/// Why a URI cannot be used; never quotes it.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// tokio-postgres's own words.
    #[error("{0}")]
    Uri(String),
    /// An unknown word.
    #[error("sslmode is one of disable, prefer, require, verify-ca, verify-full")]
    SslMode,
    /// Not a number, or too small.
    #[error("max_conns is a number from {FEWEST} on")]
    MaxConns,
    /// A certificate or key.
    #[error("{0}")]
    Tls(String),
    /// Neither `host` nor `hostaddr`.
    #[error("it names no host")]
    NoHost,
}

impl Settings {
    /// Parses the URI of the database and, if there is one, of a direct connection for LISTEN.
    /// Certificates are read here.
    pub fn parse(dsn: &str, dsn_listen: Option<&str>) -> Result<Self, SettingsError> {
        let (main, max_conns) = endpoint(dsn)?;
        let listen = dsn_listen.map(endpoint).transpose()?.map(|(listen, _)| listen);
        Ok(Self { main, listen, max_conns: max_conns.unwrap_or(MAX_CONNS) })
    }

    /// Whether nobody on the way can take the server's place: its certificate is verified, or there is
    /// no way.
    pub fn is_private(&self) -> bool {
        let is_here = |host: &Host| match host {
            Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()),
            Host::Unix(_) => true,
        };
        let config = &self.main.config;
        self.main.is_verified
            || config.get_hosts().iter().all(is_here) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
    }

    pub(super) const fn main(&self) -> &Endpoint {
        &self.main
    }

    /// For LISTEN.
    pub(super) fn listen(&self) -> &Endpoint {
        self.listen.as_ref().unwrap_or(&self.main)
    }

    pub(super) const fn max_conns(&self) -> usize {
        self.max_conns
    }

    /// `the database postrider at db.example.org`; without user and password.
    pub(super) fn place(&self) -> String {
        let config = &self.main.config;
        let host = |host: &Host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        };
        let hosts: Vec<String> = config.get_hosts().iter().map(host).collect();
        let addresses = config.get_hostaddrs().iter().map(ToString::to_string);
        let hosts = if hosts.is_empty() { addresses.collect() } else { hosts };
        let name = config.get_dbname().or(config.get_user()).unwrap_or_default();
        format!("the database {name} at {}", hosts.join(", "))
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place())
    }
}

fn endpoint(dsn: &str) -> Result<(Endpoint, Option<usize>), SettingsError> {
    let (base, query) = dsn.split_once('?').unwrap_or((dsn, ""));
    let (mut mode, mut files, mut max_conns) = (SslMode::Prefer, tls::Files::default(), None);
    let mut theirs = Vec::new();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = form_urlencoded::parse(parameter.as_bytes()).next().unwrap_or_default();
        match name.as_ref() {
            "sslmode" => mode = SslMode::parse(&value).ok_or(SettingsError::SslMode)?,
            "sslrootcert" => files.root_cert = Some(value.into_owned()),
            "sslcert" => files.cert = Some(value.into_owned()),
            "sslkey" => files.key = Some(value.into_owned()),
            "max_conns" => {
                let number = value.parse().ok().filter(|number| *number >= FEWEST);
                max_conns = Some(number.ok_or(SettingsError::MaxConns)?);
            }
            name if IDLE.contains(&name) => {}
            _ => theirs.push(parameter),
        }
    }
    let rest = format!("{base}{}{}", if theirs.is_empty() { "" } else { "?" }, theirs.join("&"));
    let mut config = tokio_postgres::Config::from_str(&rest).map_err(|error| {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        SettingsError::Uri(cause.unwrap_or_else(|| error.to_string()))
    })?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(SettingsError::NoHost);
    }
    config.ssl_mode(mode.on_the_wire());
    complete(&mut config);
    let tls = MakeRustlsConnect::new(tls::client(mode, &files).map_err(SettingsError::Tls)?);
    let is_verified = matches!(mode, SslMode::VerifyCa | SslMode::VerifyFull);
    Ok((Endpoint { config, tls, is_verified }, max_conns))
}

/// What the URI leaves open: a dead network is noticed soon, and a standby is no database to us.
fn complete(config: &mut tokio_postgres::Config) {
    config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    if config.get_application_name().is_none() {
        config.application_name("postrider");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(2));
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(Duration::from_secs(10));
    }
    config.keepalives_idle(Duration::from_secs(30)).keepalives_interval(Duration::from_secs(5)).keepalives_retries(3);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(dsn: &str) -> String {
        Settings::parse(dsn, None).unwrap_err().to_string()
    }

    #[test]
    fn a_uri_of_kratos_s_own_quickstart_is_understood() {
        let dsn = "postgres://kratos:hunter2@postgresd:5432/kratos?sslmode=disable&max_conns=20&max_idle_conns=4";
        let settings = Settings::parse(dsn, None).unwrap();
        assert_eq!((settings.max_conns(), settings.place().as_str()), (20, "the database kratos at postgresd"));
        let config = &settings.main().config;
        assert_eq!(config.get_ssl_mode(), tokio_postgres::config::SslMode::Disable);
        assert_eq!(config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        assert_eq!((config.get_user(), config.get_application_name()), (Some("kratos"), Some("postrider")));
        assert!(!format!("{settings:?}").contains("hunter2"), "{settings:?}");
    }

    #[test]
    fn what_libpq_knows_goes_on_and_what_nobody_knows_is_refused() {
        let settings = Settings::parse(
            "postgresql://u@one:1,two:2/d?connect_timeout=9&application_name=mine&options=-c%20search_path%3Dp",
            Some("postgres://u@direct/d"),
        );
        let settings = settings.unwrap();
        let config = &settings.main().config;
        assert_eq!((config.get_ports(), config.get_options()), ([1, 2].as_slice(), Some("-c search_path=p")));
        assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(9)));
        assert_eq!((config.get_application_name(), settings.max_conns()), (Some("mine"), MAX_CONNS));
        assert_eq!(settings.listen().config.get_hosts(), [Host::Tcp("direct".to_owned())]);
        assert!(said("postgres://u:hunter2@h/d?sslmod=require").contains("sslmod"));
        assert!(said("postgres://u:hunter2@h/d?sslmode=allow").contains("verify-full"));
        assert!(said("postgres://u:hunter2@h/d?max_conns=1").contains("from 2 on"));
        assert!(said("postgres:///d").contains("no host"));
        let missing = said("postgres://u:hunter2@h/d?sslmode=verify-full&sslrootcert=/nowhere/ca.pem");
        assert!(missing.contains("sslrootcert /nowhere/ca.pem") && !missing.contains("hunter2"), "{missing}");
        assert!(said("postgres://h/d?sslmode=require&sslcert=/c").contains("belong together"));
    }

    #[test]
    fn only_a_verified_server_or_one_on_this_machine_is_private() {
        let is_private = |dsn: &str| Settings::parse(dsn, None).unwrap().is_private();
        for dsn in ["postgres://localhost/d", "postgres://127.0.0.1/d", "postgres://u@%2Frun%2Fpostgresql/d"] {
            assert!(is_private(dsn), "{dsn}");
        }
        assert!(is_private("postgres://db.example.org/d?sslmode=verify-full"));
        for mode in ["disable", "prefer", "require"] {
            assert!(!is_private(&format!("postgres://db.example.org/d?sslmode={mode}")), "{mode}");
        }
    }
}
