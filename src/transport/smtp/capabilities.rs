//! What a server offered in its answer to EHLO (RFC 5321 4.1.1.1). They hold for one EHLO only:
//! those from before STARTTLS are forgotten (RFC 3207 4.2).

use super::reply::Reply;

/// The extensions we know.
#[expect(clippy::struct_excessive_bools, reason = "each is an extension that is offered or not")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Capabilities {
    /// RFC 3207.
    pub(super) starttls: bool,
    /// RFC 4954: any mechanism at all.
    pub(super) auth: bool,
    /// RFC 4616.
    pub(super) auth_plain: bool,
    /// draft-murchison-sasl-login.
    pub(super) auth_login: bool,
    /// Google's and Microsoft's, by a bearer token.
    pub(super) auth_xoauth2: bool,
    /// RFC 6531.
    pub(super) smtputf8: bool,
    /// RFC 6152.
    pub(super) eight_bit_mime: bool,
    /// RFC 1870; 0 is "no fixed limit".
    pub(super) size: Option<u64>,
    /// RFC 2920.
    pub(super) pipelining: bool,
    /// RFC 2034; codes are read whether offered or not.
    pub(super) enhanced_status_codes: bool,
    /// RFC 3461.
    pub(super) dsn: bool,
}

impl Capabilities {
    /// Reads the lines behind the first, which holds the server's name.
    pub(super) fn of(ehlo: &Reply) -> Self {
        let mut offered = Self::default();
        for line in ehlo.lines.expose().iter().skip(1) {
            // `AUTH=LOGIN PLAIN` is what servers wrote for clients older than RFC 2554.
            let line = line.to_ascii_uppercase().replacen('=', " ", 1);
            let mut words = line.split_ascii_whitespace();
            match words.next().unwrap_or_default() {
                "STARTTLS" => offered.starttls = true,
                "AUTH" => offered.add_mechanisms(words),
                "SMTPUTF8" => offered.smtputf8 = true,
                "8BITMIME" => offered.eight_bit_mime = true,
                "SIZE" => offered.size = Some(words.next().and_then(|size| size.parse().ok()).unwrap_or(0)),
                "PIPELINING" => offered.pipelining = true,
                "ENHANCEDSTATUSCODES" => offered.enhanced_status_codes = true,
                "DSN" => offered.dsn = true,
                _ => {}
            }
        }
        offered
    }

    /// The same without what no mail needs: for a server that cannot be taken at its word.
    pub(super) fn plainly(&self) -> Self {
        Self { pipelining: false, dsn: false, ..self.clone() }
    }

    fn add_mechanisms<'a>(&mut self, mechanisms: impl Iterator<Item = &'a str>) {
        self.auth = true;
        for mechanism in mechanisms {
            self.auth_plain |= mechanism == "PLAIN";
            self.auth_login |= mechanism == "LOGIN";
            self.auth_xoauth2 |= mechanism == "XOAUTH2";
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::reply::{Parsed, parse};
    use super::*;

    fn of(text: &str) -> Capabilities {
        match parse(text.as_bytes()) {
            Parsed::Whole(reply, _used) => Capabilities::of(&reply),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn offers_are_read_in_any_case_and_in_the_old_spelling() {
        let offered = of(concat!(
            "250-mail.example.org\r\n250-PIPELINING\r\n250-size 10240000\r\n250-StartTLS\r\n250-AUTH PLAIN XOAUTH2\r\n",
            "250-AUTH=LOGIN\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250-X-ODD thing\r\n250 SMTPUTF8\r\n"
        ));
        let all = Capabilities {
            starttls: true,
            auth: true,
            auth_plain: true,
            auth_login: true,
            auth_xoauth2: true,
            smtputf8: true,
            eight_bit_mime: true,
            size: Some(10_240_000),
            pipelining: true,
            enhanced_status_codes: true,
            dsn: true,
        };
        assert_eq!(offered, all);
    }

    #[test]
    fn the_first_line_is_a_name_and_no_offer() {
        assert_eq!(of("250 STARTTLS\r\n"), Capabilities::default());
    }

    #[test]
    fn a_size_without_a_number_is_no_limit() {
        assert_eq!(of("250-m\r\n250 SIZE\r\n").size, Some(0));
        assert_eq!(of("250-m\r\n250 SIZE 99999999999999999999999\r\n").size, Some(0));
    }
}
