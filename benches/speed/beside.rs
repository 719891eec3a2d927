//! Two servers to compare with, each a process of its own (this program run again): actix-web
//! that answers 200 and does nothing else, and postrider's way of a post (credential, parse,
//! render, seal, hash) without its store, so that nothing is durable.

use crate::machine::Process;
use crate::posts::BEARER;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use postrider::auth::{ByHeader, Credential, Door, Scheme};
use postrider::domain::{
    Clock as _, CourierPayload, EmailAddress, Envelope, MessageId, Secret, StoredMail, SystemClock,
};
use postrider::seal::{KeyedHash, Purpose, Sealer};
use postrider::templates::{Options, Templates};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

/// One of them, killed when dropped.
pub(crate) struct Beside {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Beside {
    /// `hello` or `without-store`.
    pub(crate) fn start(what: &str) -> Self {
        let own = std::env::current_exe().unwrap();
        let mut child = Command::new(own).arg(format!("serve={what}")).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, address: line.trim().parse().unwrap() }
    }

    pub(crate) fn process(&self) -> Process {
        Process(self.child.id())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// The child's side.
pub(crate) fn serve(what: &str) {
    let intake = Data::new(Intake::new());
    let with_intake = what == "without-store";
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let server = HttpServer::new(move || {
        let app = App::new().app_data(intake.clone());
        let app = app.app_data(web::PayloadConfig::new(2 * 1024 * 1024));
        app.route("/courier", if with_intake { web::post().to(take_in) } else { web::post().to(hello) })
    });
    let server = server.workers(workers).bind("127.0.0.1:0").unwrap();
    println!("{}", server.addrs()[0]);
    actix_web::rt::System::new().block_on(server.run()).unwrap();
}

async fn hello(_body: Bytes) -> HttpResponse {
    HttpResponse::Ok().finish()
}

struct Intake {
    door: Door,
    templates: Templates,
    sealer: Sealer,
    hash: KeyedHash,
}

impl Intake {
    fn new() -> Self {
        let value = Secret::from(BEARER);
        let scheme = Scheme::ApiKey { cookie: false, name: "Authorization".to_owned(), value };
        Self {
            door: Door::new(vec![Credential { id: "kratos".to_owned(), scheme }]),
            templates: Templates::load(Options::default()).unwrap(),
            sealer: Sealer::new(&[Secret::from("thirty-two characters or a few more")]),
            hash: KeyedHash::new(&KeyedHash::draw_key().unwrap()).unwrap(),
        }
    }
}

async fn take_in(intake: Data<Intake>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let headers = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let ByHeader::Passed(_) = intake.door.by_header(&headers) else { return HttpResponse::Unauthorized().finish() };
    let payload = CourierPayload::parse(&body).unwrap();
    let to = EmailAddress::parse(payload.recipient.expose()).unwrap();
    let id = MessageId::new(SystemClock::new().now());
    let mail = StoredMail {
        envelope: Envelope { from: "login@example.com".to_owned(), to: to.as_str().to_owned() },
        from_address: "login@example.com".to_owned(),
        from_name: "Example".to_owned(),
        message_id: format!("{id}@example.com"),
        date: "Tue, 15 Nov 1994 08:12:31 +0000".to_owned(),
        boundary: format!("=_{id}"),
        rendered: intake.templates.render("default", &payload).rendered,
        logo: None,
    };
    let plain = serde_json::to_vec(&mail).unwrap();
    let sealed = intake.sealer.seal(Purpose::Content, id.0.as_bytes(), &plain).unwrap();
    let hashes = (intake.hash.of(&[to.as_str()]), intake.hash.of(&payload.identity_parts()));
    std::hint::black_box((sealed, hashes));
    HttpResponse::Ok().insert_header(("Postrider-Message-Id", id.to_string())).finish()
}
