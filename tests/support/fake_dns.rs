//! A name server that knows what it is told, over UDP and TCP on one port of loopback.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "shared by test binaries, each of which uses its own part"
)]

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, MX, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinHandle;

/// What does not fit into one datagram is asked for again over TCP.
const DATAGRAM: usize = 512;

/// The server. It ends with its last owner.
pub struct FakeDns {
    address: SocketAddr,
    zone: Arc<Mutex<Zone>>,
    tasks: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Zone {
    records: Vec<(String, RData)>,
    /// Names answered by this code instead.
    failing: Vec<(String, ResponseCode)>,
    /// Names, and all below, about which it says nothing at all.
    silent: Vec<String>,
    /// What was asked over TCP.
    by_tcp: Vec<String>,
    asked: usize,
}

impl FakeDns {
    /// A server with these records, one a line: `example.org MX 10 mail.example.org`. `name !SERVFAIL` and
    /// `name !SILENT` misbehave.
    pub async fn start(zone: &str) -> Self {
        let (udp, tcp) = sockets().await;
        let address = udp.local_addr().unwrap();
        let shared = Arc::new(Mutex::new(Zone::default()));
        let tasks = vec![tokio::spawn(datagrams(udp, shared.clone())), tokio::spawn(streams(tcp, shared.clone()))];
        let server = Self { address, zone: shared, tasks };
        server.add(zone);
        server
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Knows these records too.
    pub fn add(&self, lines: &str) {
        let mut zone = self.zone.lock().unwrap();
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            zone.add(line);
        }
    }

    /// Which names were asked for over TCP.
    pub fn by_tcp(&self) -> Vec<String> {
        self.zone.lock().unwrap().by_tcp.clone()
    }

    /// How many questions came.
    pub fn asked(&self) -> usize {
        self.zone.lock().unwrap().asked
    }
}

impl Drop for FakeDns {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Zone {
    fn add(&mut self, line: &str) {
        let mut words = line.splitn(3, ' ');
        let mut word = || words.next().unwrap_or_default();
        let (name, kind, rest) = (word().to_owned(), word(), word());
        let host = |text: &str| Name::from_ascii(format!("{}.", text.trim_end_matches('.'))).unwrap();
        let data = match kind {
            "A" => RData::A(A(rest.parse().unwrap())),
            "AAAA" => RData::AAAA(AAAA(rest.parse().unwrap())),
            "CNAME" => RData::CNAME(CNAME(host(rest))),
            "MX" => {
                let (preference, exchange) = rest.split_once(' ').unwrap();
                RData::MX(MX::new(preference.parse().unwrap(), host(exchange)))
            }
            "TXT" => {
                let pieces = rest.as_bytes().chunks(255).map(|piece| String::from_utf8(piece.to_vec()).unwrap());
                RData::TXT(TXT::new(pieces.collect()))
            }
            "!SERVFAIL" => return self.failing.push((name, ResponseCode::ServFail)),
            "!REFUSED" => return self.failing.push((name, ResponseCode::Refused)),
            "!SILENT" => return self.silent.push(name),
            other => panic!("{other} in {line}"),
        };
        self.records.push((name, data));
    }

    fn answer(&mut self, question: &Message, is_tcp: bool) -> Option<Message> {
        let query = question.queries.first()?;
        let asked = query.name().to_ascii().to_ascii_lowercase();
        let mut name = asked.trim_end_matches('.').to_owned();
        self.asked += 1;
        if is_tcp {
            self.by_tcp.push(name.clone());
        }
        let is_below = |above: &String| name == *above || name.ends_with(&format!(".{above}"));
        if self.silent.iter().any(is_below) {
            return None;
        }
        let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
        answer.metadata.recursion_desired = true;
        answer.metadata.recursion_available = true;
        answer.add_query(query.clone());
        if let Some((_, code)) = self.failing.iter().find(|(failing, _)| *failing == name) {
            answer.metadata.response_code = *code;
            return Some(answer);
        }
        // Aliases are followed as a resolver does it.
        for _ in 0..8 {
            let own: Vec<&RData> =
                self.records.iter().filter(|(known, _)| *known == name).map(|(_, data)| data).collect();
            let owner = Name::from_ascii(format!("{name}.")).unwrap();
            let alias = own.iter().find_map(|data| if let RData::CNAME(to) = data { Some(to.0.clone()) } else { None });
            if let Some(to) = alias.filter(|_| query.query_type() != RecordType::CNAME) {
                answer.add_answer(Record::from_rdata(owner, 60, RData::CNAME(CNAME(to.clone()))));
                to.to_ascii().trim_end_matches('.').clone_into(&mut name);
                continue;
            }
            let exists = self.records.iter().any(|(known, _)| *known == name || known.ends_with(&format!(".{name}")));
            if !exists {
                answer.metadata.response_code = ResponseCode::NXDomain;
            }
            for data in own.into_iter().filter(|data| data.record_type() == query.query_type()) {
                answer.add_answer(Record::from_rdata(owner.clone(), 60, data.clone()));
            }
            break;
        }
        Some(answer)
    }

    fn bytes(&mut self, question: &[u8], is_tcp: bool) -> Option<Vec<u8>> {
        let answer = self.answer(&Message::from_vec(question).ok()?, is_tcp)?;
        let bytes = answer.to_vec().unwrap();
        if is_tcp || bytes.len() <= DATAGRAM {
            return Some(bytes);
        }
        let mut cut = answer;
        cut.answers.clear();
        cut.metadata.truncation = true;
        Some(cut.to_vec().unwrap())
    }
}

async fn sockets() -> (UdpSocket, TcpListener) {
    loop {
        let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        // The same port may be taken over TCP.
        if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()).await {
            return (udp, tcp);
        }
    }
}

async fn datagrams(socket: UdpSocket, zone: Arc<Mutex<Zone>>) {
    let mut space = [0; 4096];
    loop {
        let Ok((length, peer)) = socket.recv_from(&mut space).await else { continue };
        let answer = zone.lock().unwrap().bytes(&space[..length], false);
        if let Some(bytes) = answer {
            drop(socket.send_to(&bytes, peer).await);
        }
    }
}

async fn streams(listener: TcpListener, zone: Arc<Mutex<Zone>>) {
    loop {
        let (stream, _peer) = listener.accept().await.unwrap();
        tokio::spawn(stream_of(stream, zone.clone()));
    }
}

/// Questions and answers with their length before them (RFC 1035 4.2.2).
async fn stream_of(mut stream: TcpStream, zone: Arc<Mutex<Zone>>) -> Option<()> {
    loop {
        let length = stream.read_u16().await.ok()?;
        let mut question = vec![0; usize::from(length)];
        stream.read_exact(&mut question).await.ok()?;
        let answer = zone.lock().unwrap().bytes(&question, true);
        if let Some(bytes) = answer {
            stream.write_u16(u16::try_from(bytes.len()).unwrap()).await.ok()?;
            stream.write_all(&bytes).await.ok()?;
        }
    }
}
