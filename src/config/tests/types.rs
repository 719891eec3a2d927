//! Each value by itself.

use crate::config::{Dsn, Id, PerLane, ProviderUri, Sha256, Size, SmtpUri, Span, Tls, UriError};
use crate::domain::Lane;
use std::time::Duration;

#[test]
fn stretches_of_time_are_numbers_with_units() {
    for (text, millis) in
        [("250ms", 250), ("5s", 5000), ("1h30m", 5_400_000), ("30d", 2_592_000_000), ("0s", 0), (" 1m ", 60_000)]
    {
        assert_eq!(Span::parse(text).map(Span::get), Ok(Duration::from_millis(millis)), "{text}");
    }
    for text in
        ["", "5", "s", "5 s", "-5s", "1.5h", "5y", "5S", "99999999999999999999s", "36501d", "18446744073709551615d"]
    {
        assert!(Span::parse(text).is_err(), "{text}");
    }
}

#[test]
fn sizes_are_bytes_with_or_without_unit() {
    for (text, bytes) in
        [("2MiB", 2 << 20), ("16KiB", 16_384), ("1000", 1000), ("1GB", 1_000_000_000), ("5 kB", 5000), ("7B", 7)]
    {
        assert_eq!(Size::parse(text).map(Size::get), Ok(bytes), "{text}");
    }
    for text in ["", "KiB", "-1", "1.5MiB", "1mb", "1TiB", "99999999999999999999", "18446744073709551615GiB"] {
        assert!(Size::parse(text).is_err(), "{text}");
    }
}

#[test]
fn ids_are_short_lower_case_words() {
    for text in ["a", "k1", "a-b_c9", "a2345678901234567890123456789012"] {
        assert_eq!(Id::parse(text).unwrap().as_str(), text);
    }
    for text in ["", "1a", "-a", "A", "aB", "a b", "ä", "a23456789012345678901234567890123"] {
        assert!(Id::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_lane_finds_its_value() {
    let lanes = PerLane { codes: 1, links: 2, notices: 3 };
    assert_eq!([lanes.get(Lane::Codes), lanes.get(Lane::Links), lanes.get(Lane::Notices)], [&1, &2, &3]);
}

#[test]
fn sha256_is_64_hexadecimal_digits() {
    let digest = Sha256::parse(&format!("0aFF{}", "0".repeat(60))).unwrap();
    assert_eq!(digest.as_bytes()[..3], [0x0a, 0xff, 0]);
    for text in ["", "0a", &"g".repeat(64), &"0".repeat(65), &"é".repeat(32)] {
        assert!(Sha256::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_dsn_is_a_file_or_postgres() {
    let file = |text| match Dsn::parse(text) {
        Ok(Dsn::Sqlite(file)) => file.display().to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(file("sqlite:///var/lib/p.db"), "/var/lib/p.db");
    assert_eq!(file("sqlite://p.db"), "p.db");
    let postgres = Dsn::parse("postgres://u:hunter2@db/p").unwrap();
    assert!(matches!(&postgres, Dsn::Postgres(uri) if uri.expose() == "postgres://u:hunter2@db/p"));
    assert!(!format!("{postgres:?}").contains("hunter2"));
    for text in ["", "p.db", "sqlite://", "sqlite://:memory:", "sqlite://p.db?mode=ro", "mysql://u@h/d", "memory"] {
        assert!(Dsn::parse(text).is_err(), "{text}");
    }
}

fn smtp(text: &str) -> SmtpUri {
    match ProviderUri::parse(text) {
        Ok(ProviderUri::Smtp(uri)) => uri,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn smtp_uris_follow_kratos() {
    for (text, tls, host, port) in [
        ("smtp://mail.example.org", Tls::StartTls, "mail.example.org", 587),
        ("smtps://mail.example.org/", Tls::Implicit, "mail.example.org", 465),
        ("smtp://mail:25/?disable_starttls=true", Tls::None, "mail", 25),
        ("smtp://mail:25/?disable_starttls=false", Tls::StartTls, "mail", 25),
        ("smtps://192.0.2.1:2465", Tls::Implicit, "192.0.2.1", 2465),
        ("smtp://[2001:db8::1]:2525/", Tls::StartTls, "2001:db8::1", 2525),
    ] {
        let uri = smtp(text);
        assert_eq!((uri.tls, uri.host.as_str(), uri.port), (tls, host, port), "{text}");
        assert!(uri.username.is_none() && uri.password.is_none() && !uri.skip_ssl_verify, "{text}");
    }
    let uri = smtp("smtps://m:465/?skip_ssl_verify=true&server_name=mail.example.org");
    assert!(uri.skip_ssl_verify);
    assert_eq!(uri.server_name.as_deref(), Some("mail.example.org"));
}

#[test]
fn user_and_password_are_percent_decoded_and_the_password_is_never_shown() {
    let uri = smtp("smtps://me%40example.org:p%3As%2Fs+%25hunter2@mail.example.org:465/");
    assert_eq!(uri.username.as_deref(), Some("me@example.org"));
    assert_eq!(uri.password.as_ref().map(|p| p.expose().as_str()), Some("p:s/s+%hunter2"));
    assert!(!format!("{uri:?}").contains("hunter2"));
    let uri = smtp("smtp://user@mail");
    assert_eq!((uri.username.as_deref(), uri.password.is_some()), (Some("user"), false));
}

#[test]
fn bad_uris_are_refused_without_being_quoted() {
    for text in [
        "hunter2",
        "hunter2://mail",
        "smtp://",
        "smtp:///hunter2",
        "smtp://u:hunter2@mail:0",
        "smtp://u:hunter2@mail:99999",
        "smtp://u:hunter2/x@mail",
        "smtp://u:1?hunter2@mail",
        "smtp://u:1?hunter2=1",
        "smtp://u:1#hunter2@mail",
        "smtp://u:hunter2%zz@mail",
        "smtp://u:hunter2%ff@mail",
        "smtp://:hunter2@mail",
        "smtp://mail/hunter2",
        "smtp://mail/?disable_starttls=hunter2",
        "smtps://mail/?disable_starttls=true",
        "smtp://mail/?server_name=",
        "inbox://hunter2",
        "file://hunter2",
        "file://hunter2/x",
        "file:///",
    ] {
        let error = ProviderUri::parse(text).expect_err(text);
        assert!(!error.to_string().contains("hunter2"), "{text}: {error}");
    }
    let error = ProviderUri::parse("smtp://mail/?skip_ssl=true").unwrap_err();
    assert_eq!(error, UriError::Option);
    assert!(error.to_string().contains("disable_starttls, skip_ssl_verify and server_name"));
}

#[test]
fn mail_may_stay_in_the_store_or_in_a_directory() {
    assert!(matches!(ProviderUri::parse("inbox://"), Ok(ProviderUri::Inbox)));
    assert!(matches!(ProviderUri::parse("file:///var/a%20b"), Ok(ProviderUri::File(dir)) if dir.ends_with("a b")));
    let http = ProviderUri::parse("https://u:hunter2@api.example.org/").unwrap();
    assert!(matches!(http, ProviderUri::Http(_)) && !format!("{http:?}").contains("hunter2"));
}
