//! Replies as servers write them, whole, split and broken.

use super::*;
use proptest::prelude::*;

fn whole(input: &[u8]) -> (Reply, usize) {
    match parse(input) {
        Parsed::Whole(reply, used) => (reply, used),
        other => panic!("{other:?} of {:?}", String::from_utf8_lossy(input)),
    }
}

#[test]
fn replies_of_real_servers_are_read() {
    for (input, code, enhanced, text) in [
        (&b"250 2.0.0 Ok: queued as 4XyZ\r\n"[..], 250, Some(EnhancedCode(2, 0, 0)), "2.0.0 Ok: queued as 4XyZ"),
        (b"220 mail.example.org ESMTP\r\n", 220, None, "mail.example.org ESMTP"),
        (b"250-mail\r\n250-PIPELINING\r\n250 SIZE 1\r\n", 250, None, "mail PIPELINING SIZE 1"),
        (b"550-5.1.1 no such\r\n550 5.1.1 user\r\n", 550, Some(EnhancedCode(5, 1, 1)), "5.1.1 no such 5.1.1 user"),
        (b"354\r\n", 354, None, ""),
        (b"250 \r\n", 250, None, ""),
        (b"250 bare line feed\n", 250, None, "bare line feed"),
        (b"550 Empf\xe4nger unbekannt\r\n", 550, None, "Empf\u{fffd}nger unbekannt"),
        (b"550 5.1.1.1 x\r\n", 550, None, "5.1.1.1 x"),
        (b"550 5.1.1000 x\r\n", 550, None, "5.1.1000 x"),
        (b"550 3.1.1 x\r\n", 550, None, "3.1.1 x"),
        (b"250 a\x00b\x1bc\r\n", 250, None, "a b c"),
    ] {
        let (reply, used) = whole(input);
        assert_eq!((reply.code, reply.enhanced, used), (code, enhanced, input.len()), "{text}");
        assert_eq!(reply.text().expose(), text);
    }
}

#[test]
fn what_follows_a_reply_stays_in_the_buffer() {
    assert_eq!(whole(b"220 go\r\n250 injected\r\n").1, 8);
}

#[test]
fn a_reply_split_at_any_byte_is_the_same_reply() {
    let input = b"250-2.1.0 one\r\n250-\xe4\r\n250 three\r\n";
    for cut in 0..input.len() {
        assert!(matches!(parse(&input[..cut]), Parsed::Partial), "cut at {cut}");
    }
    assert_eq!(whole(input).1, input.len());
}

#[test]
fn garbage_is_known_by_its_first_bytes() {
    for input in [
        &b"HTTP/1.1 400 Bad Request\r\n"[..],
        b"\x15\x03\x01\x00\x02",
        b"9",
        b"150 x\r\n",
        b"600 x\r\n",
        b"2x",
        b"25\r\n",
        b"2500",
        b"250_ok\r\n",
        b"\r\n",
        b"250-a\r\n251 b\r\n",
        b"250-a\r\nb\r\n",
        b"250\rx\r\n",
    ] {
        assert!(matches!(parse(input), Parsed::Garbled), "{:?}", String::from_utf8_lossy(input));
    }
}

#[test]
fn lines_and_replies_have_a_limit() {
    let line = |length: usize| [b"250 ".as_slice(), &vec![b'x'; length - 6], b"\r\n"].concat();
    assert_eq!(whole(&line(MAX_LINE)).1, MAX_LINE);
    assert!(matches!(parse(&line(MAX_LINE + 1)), Parsed::TooLong));
    assert!(matches!(parse(&line(MAX_LINE + 1)[..MAX_LINE]), Parsed::TooLong));
    let many = b"250-0123456789\r\n".repeat(MAX_REPLY / 16);
    assert!(matches!(parse(&many), Parsed::TooLong));
    assert!(matches!(parse(&[many.as_slice(), b"250 end\r\n"].concat()), Parsed::TooLong));
}

#[test]
fn a_reply_shows_no_text_in_debug() {
    let (reply, _used) = whole(b"550 u@example.org unknown\r\n");
    assert!(!format!("{reply:?}").contains("example"));
}

proptest! {
    #[test]
    fn no_input_breaks_the_parser(input in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Parsed::Whole(reply, used) = parse(&input) {
            prop_assert!((200..600).contains(&reply.code));
            prop_assert!(used <= input.len());
        }
    }

    #[test]
    fn what_was_written_is_read(
        code in 200_u16..600,
        texts in proptest::collection::vec("[ -~]{0,60}", 1..6),
        behind in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        let mut input = Vec::new();
        for (place, text) in texts.iter().enumerate() {
            let mark = if place + 1 == texts.len() { ' ' } else { '-' };
            input.extend_from_slice(format!("{code}{mark}{text}\r\n").as_bytes());
        }
        let length = input.len();
        for cut in 0..length {
            prop_assert!(matches!(parse(&input[..cut]), Parsed::Partial));
        }
        input.extend_from_slice(&behind);
        let (reply, used) = whole(&input);
        prop_assert_eq!((reply.code, used), (code, length));
        let read: Vec<&str> = reply.lines.expose().iter().map(String::as_str).collect();
        let written: Vec<&str> = texts.iter().map(|text| text.trim()).collect();
        prop_assert_eq!(read, written);
    }
}
