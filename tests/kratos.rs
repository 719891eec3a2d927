//! postrider beside a real Kratos: `POSTRIDER_TEST_KRATOS_BIN` names its binary, or several with `:`
//! between them. Without it only what we ship for deployment is checked.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may")]

#[path = "support/fake_smtp.rs"]
mod fake_smtp;
#[path = "support/ory_sdk.rs"]
mod ory_sdk;
#[path = "support/typed.rs"]
mod typed;

#[path = "kratos/addresses.rs"]
mod addresses;
#[path = "kratos/binary.rs"]
mod binary;
#[path = "kratos/deploy.rs"]
mod deploy;
#[path = "kratos/finish.rs"]
mod finish;
#[path = "kratos/issue.rs"]
mod issue;
#[path = "kratos/mail.rs"]
mod mail;
#[path = "kratos/migrate.rs"]
mod migrate;
#[path = "kratos/nowhere.rs"]
mod nowhere;
#[path = "kratos/postrider.rs"]
mod own;
#[path = "kratos/promises.rs"]
mod promises;
#[path = "kratos/proxy.rs"]
mod proxy;
#[path = "kratos/readme.rs"]
mod readme;
#[path = "kratos/rest.rs"]
mod rest;
#[path = "kratos/sdk.rs"]
mod sdk;
#[path = "kratos/second_factor.rs"]
mod second_factor;
#[path = "kratos/shipped.rs"]
mod shipped;
#[path = "kratos/totp.rs"]
mod totp;
#[path = "kratos/trio.rs"]
mod trio;
