//! Asks DNS: names in, records out, or why there are none. Knows nothing of mail.

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ProtocolConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{Resolver, TokioResolver};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// How long one try waits, how often it is repeated, and how long all of it may take.
const TRY: Duration = Duration::from_secs(2);
const REPEATS: usize = 1;
const LIMIT: Duration = Duration::from_secs(6);
/// After so many questions in a row without any answer the name server is away, and no longer asked.
const SILENCES: u32 = 3;

/// A name server.
pub(super) struct Names {
    resolver: TokioResolver,
    silences: AtomicU32,
}

/// Why there is no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Absent {
    /// The name does not exist.
    NoName,
    /// The name exists, without a record of this type.
    NoRecord,
    /// Nobody knows: the name server is away, or could not find out. In words.
    Unknown(String),
}

/// Records, at least one.
pub(super) type Found<T> = Result<Vec<T>, Absent>;

impl Names {
    /// This name server, else the machine's own.
    pub(super) fn new(server: Option<SocketAddr>) -> Result<Self, String> {
        let builder = match server {
            None => TokioResolver::builder_tokio()
                .map_err(|error| format!("/etc/resolv.conf cannot be used: {error}; name a server by --name-server"))?,
            Some(server) => {
                let by = |protocol: ProtocolConfig| {
                    let mut connection = ConnectionConfig::new(protocol);
                    connection.port = server.port();
                    connection
                };
                let connections = vec![by(ProtocolConfig::Udp), by(ProtocolConfig::Tcp)];
                let server = NameServerConfig::new(server.ip(), true, connections);
                let config = ResolverConfig::from_name_servers(vec![server]);
                Resolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
        };
        let resolver = builder_with_limits(builder).build().map_err(|error| error.to_string())?;
        Ok(Self { resolver, silences: AtomicU32::new(0) })
    }

    /// The texts of a name, each in one piece.
    pub(super) async fn texts(&self, name: &str) -> Found<String> {
        let whole = |data| match data {
            RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
            _ => None,
        };
        some(self.ask(name, RecordType::TXT).await?.into_iter().filter_map(whole).collect())
    }

    /// The mail servers of a name, without the root dot; an empty name is "no mail" (RFC 7505).
    pub(super) async fn exchangers(&self, name: &str) -> Found<String> {
        let host = |data| match data {
            RData::MX(mx) => Some(mx.exchange.to_ascii().trim_end_matches('.').to_ascii_lowercase()),
            _ => None,
        };
        some(self.ask(name, RecordType::MX).await?.into_iter().filter_map(host).collect())
    }

    /// The addresses of a host, of both families.
    pub(super) async fn addresses(&self, name: &str) -> Found<IpAddr> {
        let ip = |data| match data {
            RData::A(v4) => Some(IpAddr::V4(v4.0)),
            RData::AAAA(v6) => Some(IpAddr::V6(v6.0)),
            _ => None,
        };
        let (v4, v6) = (self.ask(name, RecordType::A).await, self.ask(name, RecordType::AAAA).await);
        match (v4, v6) {
            (Err(Absent::Unknown(why)), Err(_)) | (Err(_), Err(Absent::Unknown(why))) => Err(Absent::Unknown(why)),
            (Err(absent), Err(_)) => Err(absent),
            (v4, v6) => some(v4.into_iter().chain(v6).flatten().filter_map(ip).collect()),
        }
    }

    /// Whether anything at all is known of the last label of a name: if not, that the name does not
    /// exist tells nothing, since this server does not know the names of the Internet.
    pub(super) async fn knows_the_end_of(&self, name: &str) -> bool {
        let end = name.rsplit('.').next().unwrap_or(name);
        !matches!(self.ask(end, RecordType::NS).await, Err(Absent::NoName | Absent::Unknown(_)))
    }

    async fn ask(&self, name: &str, kind: RecordType) -> Found<RData> {
        if self.silences.load(Ordering::Relaxed) >= SILENCES {
            return Err(Absent::Unknown("the name server does not answer".to_owned()));
        }
        // With the root dot: no search list.
        let Ok(name) = Name::from_ascii(format!("{}.", name.trim_end_matches('.'))) else { return Err(Absent::NoName) };
        let answer = timeout(LIMIT, self.resolver.lookup(name, kind)).await.unwrap_or(Err(NetError::Timeout));
        let why = match answer {
            Ok(found) => {
                self.silences.store(0, Ordering::Relaxed);
                let records = found.answers().iter().filter(|record| record.record_type() == kind);
                return some(records.map(|record| record.data.clone()).collect());
            }
            Err(NetError::Dns(DnsError::NoRecordsFound(none))) => match none.response_code {
                ResponseCode::NXDomain => Absent::NoName,
                ResponseCode::NoError => Absent::NoRecord,
                code => answered(code),
            },
            Err(NetError::Dns(DnsError::ResponseCode(code))) => answered(code),
            Err(NetError::Dns(error)) => Absent::Unknown(error.to_string()),
            Err(error) => {
                self.silences.fetch_add(1, Ordering::Relaxed);
                return Err(Absent::Unknown(format!("the name server cannot be asked: {error}")));
            }
        };
        self.silences.store(0, Ordering::Relaxed);
        Err(why)
    }
}

fn builder_with_limits(
    mut builder: hickory_resolver::ResolverBuilder<TokioRuntimeProvider>,
) -> hickory_resolver::ResolverBuilder<TokioRuntimeProvider> {
    let options: &mut ResolverOpts = builder.options_mut();
    (options.timeout, options.attempts, options.edns0) = (TRY, REPEATS, true);
    builder
}

fn answered(code: ResponseCode) -> Absent {
    Absent::Unknown(format!("the name server answered \"{code}\""))
}

fn some<T>(records: Vec<T>) -> Found<T> {
    if records.is_empty() { Err(Absent::NoRecord) } else { Ok(records) }
}
