//! What is composed is read back by an independent parser.

use super::*;
use crate::domain::{Envelope, Rendered};
use mail_parser::{MessageParser, MimeHeaders};
use proptest::prelude::*;

fn mail(to: &str, from_name: &str, rendered: Rendered) -> StoredMail {
    StoredMail {
        envelope: Envelope { from: "login@example.com".to_owned(), to: to.to_owned() },
        from_address: "login@example.com".to_owned(),
        from_name: from_name.to_owned(),
        message_id: "0190c1b2.1@example.com".to_owned(),
        date: "Tue, 24 Nov 2026 03:42:00 +0000".to_owned(),
        boundary: "=_0190c1b2".to_owned(),
        rendered,
        logo: None,
    }
}

fn rendered(subject: &str, text: &str, html: Option<&str>) -> Rendered {
    Rendered { subject: subject.to_owned(), text: text.to_owned(), html: html.map(str::to_owned) }
}

#[test]
fn text_comes_first_and_every_header_of_ours_is_there() {
    let html = "<p>Votre code&nbsp;: <b>012345</b></p>";
    let parts = rendered("Votre code 012345 – été", "Code\u{a0}: 012345\né\n.\n..dots\n", Some(html));
    let bytes = compose(&mail("u@xn--bcher-kva.example", "Société Ünique", parts), &[], None).unwrap();
    assert!(bytes.is_ascii(), "quoted-printable or base64 throughout");
    let parsed = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(parsed.subject(), Some("Votre code 012345 – été"));
    assert_eq!(parsed.body_text(0).unwrap().replace("\r\n", "\n"), "Code\u{a0}: 012345\né\n.\n..dots\n");
    assert_eq!(parsed.body_html(0).unwrap(), html);
    assert!(parsed.content_type().unwrap().subtype() == Some("alternative"));
    assert!(parsed.part(1).unwrap().is_text(), "the text part is the first alternative");
    let from = parsed.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Société Ünique"), Some("login@example.com")));
    assert_eq!(parsed.to().unwrap().first().unwrap().address(), Some("u@xn--bcher-kva.example"));
    assert_eq!(parsed.message_id(), Some("0190c1b2.1@example.com"));
    assert_eq!(parsed.date().unwrap().to_rfc822(), "Tue, 24 Nov 2026 03:42:00 +0000");
    assert_eq!(parsed.header_raw("Auto-Submitted").unwrap().trim(), "auto-generated");
    assert_eq!(parsed.header_raw("X-Auto-Response-Suppress").unwrap().trim(), "OOF, AutoReply");
    assert_eq!(parsed.header("List-Unsubscribe"), None);
}

#[test]
fn composing_twice_gives_the_same_bytes() {
    let stored = mail("u@example.org", "", rendered("s", "é", Some("<p>ü</p>")));
    assert_eq!(compose(&stored, &[], None), compose(&stored, &[], None));
}

#[test]
fn the_logo_lies_beside_the_html_that_shows_it() {
    let name = "/etc/postrider/logo.png#00ff";
    let html = "<img src=\"cid:00ff@postrider\" alt=\"Shop\">";
    let mut stored = mail("u@example.org", "", rendered("s", "text", Some(html)));
    stored.logo = Some(name.to_owned());
    let logo = Picture { name: name.to_owned(), media_type: "image/png", bytes: b"\x89PNG\r\n\x1a\n\0bytes".to_vec() };
    let bytes = compose(&stored, &[], Some(&logo)).unwrap();
    assert_eq!(compose(&stored, &[], Some(&logo)).unwrap(), bytes, "every attempt has the same bytes");
    let parsed = MessageParser::default().parse(&bytes).unwrap();
    let subtype = |part: u32| parsed.part(part).unwrap().content_type().unwrap().subtype().unwrap().to_owned();
    let types = [0, 1, 2, 3, 4].map(subtype);
    assert_eq!(types, ["alternative", "plain", "related", "html", "png"]);
    let part = parsed.part(4).unwrap();
    assert_eq!((part.content_id(), part.contents()), (Some("00ff@postrider"), logo.bytes.as_slice()));
    assert_eq!(part.content_disposition().unwrap().ctype(), "inline");
    assert_eq!(parsed.body_html(0).unwrap(), html);

    let bare = MessageParser::default().parse(&compose(&stored, &[], None).unwrap()).unwrap().parts.len();
    assert_eq!(bare, 3, "without the picture the mail goes out all the same");
    stored.logo = None;
    let bare = MessageParser::default().parse(&compose(&stored, &[], Some(&logo)).unwrap()).unwrap().parts.len();
    assert_eq!(bare, 3, "what no mail names is not sent along");
}

#[test]
fn a_mail_without_html_is_plain_text() {
    let bytes = compose(&mail("u@example.org", "", rendered("s", "only text", None)), &[], None).unwrap();
    let parsed = MessageParser::default().parse(&bytes).unwrap();
    assert!(parsed.content_type().unwrap().subtype() == Some("plain"));
    assert_eq!(parsed.body_text(0).unwrap().trim_end(), "only text");
}

#[test]
fn a_provider_header_is_written_or_refused_whole() {
    let stored = mail("u@example.org", "", rendered("s", "t", None));
    let header = |name: &str, value: &str| [(name.to_owned(), value.to_owned())];
    let bytes = compose(&stored, &header("X-SES-Message-Tags", "stage=prod"), None).unwrap();
    let parsed = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(parsed.header_raw("X-SES-Message-Tags").unwrap().trim(), "stage=prod");
    for (name, value) in [("X\r\nBcc", "a@b"), ("X Y", "v"), ("", "v"), ("X-A", "v\r\nBcc: a@b"), ("X-A", "v\0")] {
        assert_eq!(compose(&stored, &header(name, value), None), Err(ComposeError::Header), "{name:?}");
    }
}

#[test]
fn an_address_with_a_non_ascii_local_part_is_composed_for_smtputf8() {
    let bytes = compose(&mail("ünï@example.org", "", rendered("s", "t", None)), &[], None).unwrap();
    let parsed = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(parsed.to().unwrap().first().unwrap().address(), Some("ünï@example.org"));
}

#[test]
fn a_quoted_local_part_survives() {
    let bytes = compose(&mail("\"john doe\"@example.org", "", rendered("s", "t", None)), &[], None).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("To: \"john doe\"@example.org\r\n"), "{text}");
}

#[test]
fn hostile_names_and_subjects_open_no_header() {
    for hostile in [
        "Eve\r\nBcc: victim@example.net",
        "Eve\nBcc: victim@example.net",
        "Eve\rBcc: victim@example.net",
        "\0\u{1}\u{7f}\u{85}Bcc: victim@example.net",
        "\u{2028}Bcc: victim@example.net\u{2029}",
        "=?utf-8?q?=0D=0ABcc:_victim@example.net?=",
        "\"; Bcc: victim@example.net",
        "\u{202e}gro.elpmaxe@mitciv",
    ] {
        let bytes = compose(&mail("u@example.org", hostile, rendered(hostile, "t", None)), &[], None).unwrap();
        let parsed = MessageParser::default().parse(&bytes).unwrap();
        assert!(parsed.bcc().is_none(), "{hostile:?}");
        assert_eq!(parsed.to().unwrap().first().unwrap().address(), Some("u@example.org"));
        assert_eq!(parsed.from().unwrap().first().unwrap().address(), Some("login@example.com"), "{hostile:?}");
        assert!(!parsed.subject().unwrap_or_default().contains('\u{202e}'));
        assert_eq!(parsed.body_text(0).unwrap().trim_end(), "t");
    }
}

proptest! {
    #[test]
    fn nothing_in_the_parts_panics_or_adds_a_header(
        name in any::<String>(), subject in any::<String>(), text in any::<String>(), html in any::<Option<String>>()
    ) {
        let stored = mail("u@example.org", &name, rendered(&subject, &text, html.as_deref()));
        let bytes = compose(&stored, &[], None).unwrap();
        let head = bytes.split(|b| *b == b'\n').take_while(|line| *line != b"\r").collect::<Vec<_>>();
        let names: Vec<String> = head.iter()
            .filter(|line| !line.starts_with(b" ") && !line.starts_with(b"\t"))
            .map(|line| String::from_utf8_lossy(line).split(':').next().unwrap_or_default().to_ascii_lowercase())
            .collect();
        let ours = ["from", "to", "subject", "date", "message-id", "auto-submitted", "x-auto-response-suppress",
            "mime-version", "content-type", "content-transfer-encoding"];
        prop_assert!(names.iter().all(|name| ours.contains(&name.as_str())), "{names:?}");
        prop_assert!(!bytes.windows(2).any(|pair| pair[1] == b'\n' && pair[0] != b'\r'), "a lone LF");
    }
}
